#pragma once

// What changed between two texts, line by line, and how that is shown. Made for
// rule packs, whose lists are long and whose lines are mostly different from
// each other: lines that stand once in both texts are lined up first (patience
// diff), so that 100,000 lines take no longer than sorting them.

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tools/lib/terminal.h"

namespace sluice::ctl {

// Views of the lines of a text, each with its line end; the last one may have
// none. `text` must outlive them.
std::vector<absl::string_view> SplitLines(absl::string_view text);

// Lines [before_begin, before_end) were replaced by [after_begin, after_end);
// one of the two may be empty.
struct LineChange {
  size_t before_begin = 0;
  size_t before_end = 0;
  size_t after_begin = 0;
  size_t after_end = 0;

  size_t removed() const { return before_end - before_begin; }
  size_t added() const { return after_end - after_begin; }
  bool operator==(const LineChange&) const = default;
};

// By place. What it says is always true, and mostly the shortest that is.
std::vector<LineChange> DiffLines(absl::Span<const absl::string_view> before,
                                  absl::Span<const absl::string_view> after);

// How many lines were changed, and how many only added or removed.
struct LineCounts {
  size_t added = 0;
  size_t removed = 0;
  size_t changed = 0;
};
LineCounts CountLines(absl::Span<const LineChange> changes);

// The changes in unified form without the files' names, with `around` lines
// around each. Lines are made printable.
void PrintChanges(std::ostream& out, const tools::Style& style,
                  absl::Span<const absl::string_view> before,
                  absl::Span<const absl::string_view> after,
                  absl::Span<const LineChange> changes, size_t around = 3);

}  // namespace sluice::ctl
