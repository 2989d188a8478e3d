#pragma once

// Words that a pack holds and no rule asks for: a list that was forgotten, or a
// category whose rule was. No fault, since a pack may be made bit by bit; but
// whoever put a word there believes that it hits.

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sluice::ctl {

// A line for each list and category, with its file; none: all are asked for.
// `folder` holds a good pack. Errors: those of reading it.
absl::StatusOr<std::vector<std::string>> UnusedWords(const std::string& folder);

}  // namespace sluice::ctl
