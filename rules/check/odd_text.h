#pragma once

// Entries of lists that are no words of texts: characters that a wrong encoding
// made, dates; and web sites.

#include <optional>

#include "absl/strings/string_view.h"
#include "rules/check/odd_word.h"

namespace sluice::rules {

// What is odd about `word`, a trimmed one; nullopt: nothing. The first of:
// - characters of UTF-8 that was read as Latin or as GBK, or that were lost:
//   ä½ å¥½, 浣犲ソ, 锟斤拷, �; with what was probably meant;
// - a code of web pages, a placeholder of tables: &nbsp;, 同上;
// - a mark behind a Chinese word: 办理假证！;
// - a date alone: 2026-05-01.
std::optional<OddWord> FindOddText(absl::string_view word);

// Whether `word` is nothing but the name of a web site: bet365.com.
bool IsSite(absl::string_view word);

}  // namespace sluice::rules
