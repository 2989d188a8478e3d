#pragma once

// Words with marks that mean something in searches, tables, templates and
// regexes, and that are looked for as they are here. Not for the replies of
// policy.yaml, where some of them mean something.

#include <optional>

#include "absl/strings/string_view.h"
#include "rules/check/odd_word.h"

namespace sluice::rules {

// What is odd about `word`, a trimmed one; nullopt: nothing. The first of:
// - an operator between Chinese words: 贷款+微信, 贷款 AND 微信;
// - a place for other characters between Chinese ones: 办…证, 代办XX证; of a
//   template: {code}, ${name}; digits that are masked: 138****5678; of a regex:
//   办(假)?证;
// - ^ before or $ behind it, - or * before a Chinese character;
// - brackets around it, or a remark in brackets behind it: 贷款（无抵押）;
// - a number behind a Chinese word, after a blank, = or colon: 贷款 85.
std::optional<OddWord> FindOddMarks(absl::string_view word);

}  // namespace sluice::rules
