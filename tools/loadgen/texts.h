#pragma once

// Clean texts and numbers for load: made up, varied, the same for one seed.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluice::load {

// `count` notices of about 60 Chinese characters, 【signature】 at the head:
// orders, parcels, appointments, bills. No links, no promotion.
std::vector<std::string> MakeTexts(absl::string_view signature, size_t count,
                                   uint64_t seed);

// One text a line; 【signature】 is put before texts that begin with none.
// Errors: kNotFound; kInvalidArgument (empty file).
absl::StatusOr<std::vector<std::string>> ReadTexts(const std::string& path,
                                                   absl::string_view signature);

// The digits of a mainland mobile number are always this many.
inline constexpr size_t kNumberSize = 11;

// Writes number `index` of those that `seed` stands for: different numbers for
// different indexes below 3 billion, of all carriers.
void WriteNumber(uint64_t index, uint64_t seed, char* out);
std::string NumberAt(uint64_t index, uint64_t seed);

}  // namespace sluice::load
