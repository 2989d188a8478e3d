#pragma once

// The log: lines on standard error, as text or as one JSON object each, written
// by a thread of its own. If standard error is too slow, the oldest lines are
// dropped and counted; a message never waits. The code that logs masks numbers
// and leaves texts out (promise P9).

#include <cstdint>

#include "sluice/config/v1/config.pb.h"

namespace sluice::gateway {

// Makes spdlog's default logger and redirects the errors of protobuf and gRPC
// to it, at level debug and without their text. Once, before threads start.
void StartLog(const config::v1::Logging& logging);

// Lines dropped so far.
uint64_t LogLinesDropped();

// Writes the lines that wait.
void StopLog();

}  // namespace sluice::gateway
