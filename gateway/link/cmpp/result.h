#pragma once

// The Result of SUBMIT_RESP and DELIVER_RESP, and the reaction to it.
// Source: China Mobile CMPP 2.0 and 3.0.0, table of Result values. The
// reactions are ours. Codes from 100 on belong to the vendors, and each link
// may name further codes that mean flow control (for example 87 and 88).

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluice::cmpp {

enum class Reaction : uint8_t {
  kTaken,      // The carrier took it.
  kRetry,      // Explicitly not taken: slow down, send again after a pause.
  kConfigure,  // Do not repeat: a fault of ours or of the configuration.
  kFail,       // Do not repeat: a fault of this message only.
};

struct ResultMeaning {
  Reaction reaction;
  absl::string_view text;  // Lives as long as the program.
};

// `retry_codes` are the flow control codes of the link beside 8.
ResultMeaning MeaningOf(uint32_t result,
                        const std::vector<uint32_t>& retry_codes = {});

constexpr uint32_t kResultOk = 0;
constexpr uint32_t kResultStructure = 1;
constexpr uint32_t kResultFlowControl = 8;

}  // namespace sluice::cmpp
