#pragma once

// What git leaves in a file whose two versions it could not merge.

#include <optional>

#include "absl/strings/string_view.h"
#include "rules/base/language.h"
#include "rules/base/position.h"

namespace sluice::rules {

struct MergeMark {
  Position position;
  Both what;
};

// What to say of a line that begins with `mark`.
Both MergeMarkFault(absl::string_view mark);

// The first line of `content` that only a merge writes: <<<<<<< or >>>>>>>
// alone or with a name, maybe indented. A line of ======= may divide a list.
std::optional<MergeMark> FindMergeMark(absl::string_view content);

}  // namespace sluice::rules
