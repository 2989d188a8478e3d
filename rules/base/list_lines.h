#pragma once

// The lines of word lists and domain lists: text files that people write, one
// entry a line, with comments.

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "rules/base/faults.h"

namespace sluice::rules {

// `line` without its comment and without blanks around it. A # begins a comment
// at the beginning of the line or behind a blank.
absl::string_view WithoutComment(absl::string_view line);

// Calls `visit` with the number, from 1, and the text of each line of `content`
// that is UTF-8, without the line's end; adds a fault for each other line, or
// one for a file that seems to be GBK or UTF-16, of which it then visits no
// more, or that is no text of lines at all: Excel's, with CR alone, or with the
// marks of a merge. A byte order mark before the first line is dropped.
void ForEachLine(
    absl::string_view file, absl::string_view content, Faults& faults,
    absl::FunctionRef<void(uint32_t number, absl::string_view line)> visit);

}  // namespace sluice::rules
