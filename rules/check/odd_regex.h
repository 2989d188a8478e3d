#pragma once

// Regexes that compile and do not say what their author means: characters that
// a Chinese keyboard types instead of the syntax of regexes, and syntax that is
// read as characters.

#include <optional>

#include "absl/strings/string_view.h"
#include "rules/base/language.h"

namespace sluice::rules {

// What is odd about `regex`, a valid one, and what to write; nullopt: nothing.
// The first, from its beginning, of:
// - a bracket, |, ?, +, *, ., ^, $ or \ in full width, outside of a class:
//   a（b｜c）;
// - a range in full width: [0－9];
// - alternatives in a class: [微信|支付宝];
// - a count that is none: {,3}, {1, 3};
// - two backslashes before a letter: \\d; none before one that is counted:
// d{4};
// - a Chinese character before *, as in file names: 发*票;
// - a class of a word's characters that is repeated: [加V]+信;
// - \b beside a Chinese character, where it hardly ever holds;
// - a class that holds a word: 代开[发票]; a count behind one: 开户{2};
// - slashes around it, or && in it, as other languages have them;
// - ^ before a Chinese character, though texts may begin with a signature;
// - any characters at the beginning or end: .*代办.*
std::optional<Both> FindOddRegex(absl::string_view regex);

}  // namespace sluice::rules
