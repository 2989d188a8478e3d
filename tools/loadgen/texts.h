#pragma once

// Clean texts and numbers for load: made up, varied, the same for each seed.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluice::load {

// `count` notices of about 60 Chinese characters with 【signature】 at the
// start: orders, parcels, appointments, bills. No links, no promotion.
std::vector<std::string> MakeTexts(absl::string_view signature, size_t count,
                                   uint64_t seed);

// Reads one text a line; puts 【signature】 before texts without a signature.
// Errors: kNotFound; kInvalidArgument (empty file).
absl::StatusOr<std::vector<std::string>> ReadTexts(const std::string& path,
                                                   absl::string_view signature);

// The number of digits of every mainland mobile number.
inline constexpr size_t kNumberSize = 11;

// Writes number `index` of the sequence for `seed`: different numbers for
// different indexes below 3 billion, of all carriers.
void WriteNumber(uint64_t index, uint64_t seed, char* out);
std::string NumberAt(uint64_t index, uint64_t seed);

}  // namespace sluice::load
