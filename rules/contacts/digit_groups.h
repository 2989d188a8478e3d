#pragma once

// Numbers that are written in groups ("138-0013-8000") or with a separator
// between all their digits ("1 3 8 ..."). Apart because phones and accounts
// read them in the same way.

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "rules/contacts/contact_text.h"

namespace sluice::rules {

// Runs of digits with at most kGapMax characters between that are no letters,
// digits, line ends or signs of amounts and times (: % + = ¥ $).
struct DigitGroups {
  static constexpr size_t kMax = 16;
  static constexpr size_t kGapMax = 3;

  // The groups from run `run` on, until they have `digits` digits or more, or
  // nothing joins on.
  static DigitGroups Read(const ContactText& text, size_t run, size_t digits);

  std::array<uint8_t, kMax> sizes = {};
  size_t count = 0;
  size_t digits = 0;  // Of all.
  size_t first_run = 0;
  size_t next_run = 0;  // The run after the last group.
  uint32_t begin = 0;
  uint32_t end = 0;
  bool even = true;             // The same is between all groups.
  absl::string_view separator;  // What is between the first two, trimmed; " "
                                // when it is blank.
};

// What is between the runs `run` and `run` + 1, as in
// DigitGroups::separator; empty when it joins no digits.
absl::string_view SeparatorAfter(const ContactText& text, size_t run);

}  // namespace sluice::rules
