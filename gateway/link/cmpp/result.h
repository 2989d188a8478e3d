#pragma once

// The Result of SUBMIT_RESP and DELIVER_RESP, and what to do about it.
// Source: China Mobile CMPP 2.0 and 3.0.0, table of Result values. The reaction
// is ours; codes from 100 on belong to the vendors, and each link may name more
// codes that mean "again later" (for example 87 and 88).

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluice::cmpp {

enum class Reaction : uint8_t {
  kTaken,      // The carrier has it.
  kRetry,      // Explicitly not taken: slow down, try again after a pause.
  kConfigure,  // Never again as it is: our configuration or a fault of ours.
  kFail,       // This message will not go; others may.
};

struct ResultMeaning {
  Reaction reaction;
  absl::string_view text;  // Lives as long as the program.
};

// `retry_codes` are those of the link, beside 8.
ResultMeaning MeaningOf(uint32_t result,
                        const std::vector<uint32_t>& retry_codes = {});

constexpr uint32_t kResultOk = 0;
constexpr uint32_t kResultStructure = 1;
constexpr uint32_t kResultFlowControl = 8;

}  // namespace sluice::cmpp
