#pragma once

// The changed lines between two texts, and how they are shown. Made for rule
// packs, whose lists are long and whose lines are mostly different from each
// other: lines that occur once in each text are aligned first (patience diff),
// so that 100,000 lines take no longer than sorting them.

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tools/lib/terminal.h"

namespace sluice::ctl {

// The lines of a text, each with its line end; the last one may have none.
// `text` must outlive the result.
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

// In order. The changes are always correct, and mostly the fewest.
std::vector<LineChange> DiffLines(absl::Span<const absl::string_view> before,
                                  absl::Span<const absl::string_view> after);

// How many lines were changed, added and removed.
struct LineCounts {
  size_t added = 0;
  size_t removed = 0;
  size_t changed = 0;
};
LineCounts CountLines(absl::Span<const LineChange> changes);

// Prints the changes in unified form without file names, with `around` lines of
// context. Control characters are replaced.
void PrintChanges(std::ostream& out, const tools::Style& style,
                  absl::Span<const absl::string_view> before,
                  absl::Span<const absl::string_view> after,
                  absl::Span<const LineChange> changes, size_t around = 3);

}  // namespace sluice::ctl
