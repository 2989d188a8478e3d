#pragma once

// The log: lines on standard error, as text or as one JSON object each, written
// by a thread of its own. A disk that is too slow loses the oldest lines, which
// are counted, and never holds up a message. Numbers are masked and texts left
// out by whoever logs (promise P9).

#include <cstdint>

#include "sluice/config/v1/config.pb.h"

namespace sluice::gateway {

// Makes spdlog's default logger, and sends what protobuf and gRPC complain
// about there: at level debug, without what they say. Once, before threads
// start.
void StartLog(const config::v1::Logging& logging);

// Lines lost so far.
uint64_t LogLinesDropped();

// Writes what is waiting.
void StopLog();

}  // namespace sluice::gateway
