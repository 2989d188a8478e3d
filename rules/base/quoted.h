#pragma once

// Values of callers inside the prose of errors: quoted, so that an empty value
// or a space is seen; cut, so that no caller decides how long an error is; and
// without full phone numbers, which people also type where an id belongs.

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sluice {

// The beginning of `text`, which is UTF-8, that has at most `bytes_max` bytes
// and ends between two characters.
absl::string_view CutUtf8(absl::string_view text, size_t bytes_max);

// `text` if it has at most `bytes_max` bytes; else its beginning and an
// ellipsis, which together have no more.
std::string Shortened(absl::string_view text, size_t bytes_max);

// `value` in single quotes: 'shop'. Control characters become spaces. Of more
// than kQuotedBytesMax bytes the rest is an ellipsis. What looks like a whole
// mobile number of the mainland, or like a number with its + and country code,
// is masked as in phone.h: '138****5678'.
inline constexpr size_t kQuotedBytesMax = 64;
std::string Quoted(absl::string_view value);

}  // namespace sluice
