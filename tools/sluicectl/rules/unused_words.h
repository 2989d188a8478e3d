#pragma once

// Words in a pack that no rule uses: in a list, or in a category of a list,
// that no rule names. No fault, since a pack may be built step by step; but the
// author of a word expects it to hit.

#include <vector>

#include "absl/status/statusor.h"
#include "rules/base/language.h"
#include "rules/pack/pack_files.h"

namespace sluice::ctl {

// A line for each unused list and category, with its file. `files` must be a
// good pack.
absl::StatusOr<std::vector<Both>> UnusedWords(const rules::PackFiles& files);

}  // namespace sluice::ctl
