#include "tools/sluicectl/rules/line_diff.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/lib/display_width.h"

namespace sluice::ctl {
namespace {

using Lines = std::vector<uint32_t>;  // Equal lines have equal numbers.

// The largest table for comparing two parts line by line. Larger parts without
// a common line that occurs once in each are shown as replaced whole.
constexpr size_t kCellsMax = 1'000'000;
// The most levels of parts within parts.
constexpr int kDepthMax = 64;

struct Pair {
  size_t before = 0;
  size_t after = 0;
};

// The longest subsequence of pairs that ascends in both texts. `pairs` ascend
// in `before`.
std::vector<Pair> LongestAscending(const std::vector<Pair>& pairs) {
  std::vector<size_t> tails;  // By length: the lowest last pair.
  std::vector<size_t> previous(pairs.size());
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto at = std::lower_bound(
        tails.begin(), tails.end(), pairs[i].after,
        [&](size_t tail, size_t after) { return pairs[tail].after < after; });
    previous[i] = at == tails.begin() ? pairs.size() : *(at - 1);
    if (at == tails.end()) {
      tails.push_back(i);
    } else {
      *at = i;
    }
  }
  std::vector<Pair> run;
  for (size_t i = tails.empty() ? pairs.size() : tails.back(); i < pairs.size();
       i = previous[i]) {
    run.push_back(pairs[i]);
  }
  std::reverse(run.begin(), run.end());
  return run;
}

class Differ {
 public:
  Differ(const Lines& before, const Lines& after)
      : before_(before), after_(after) {}

  std::vector<LineChange> Run() {
    Compare({0, before_.size(), 0, after_.size()}, 0);
    return std::move(changes_);
  }

 private:
  void Compare(LineChange part, int depth) {
    while (part.removed() > 0 && part.added() > 0 &&
           before_[part.before_begin] == after_[part.after_begin]) {
      ++part.before_begin;
      ++part.after_begin;
    }
    while (part.removed() > 0 && part.added() > 0 &&
           before_[part.before_end - 1] == after_[part.after_end - 1]) {
      --part.before_end;
      --part.after_end;
    }
    if (part.removed() == 0 || part.added() == 0) return Add(part);
    if (part.removed() * part.added() <= kCellsMax) return ByTable(part);
    const std::vector<Pair> anchors =
        depth < kDepthMax ? Anchors(part) : std::vector<Pair>();
    if (anchors.empty()) return Add(part);
    LineChange gap = part;
    for (const Pair& anchor : anchors) {
      gap.before_end = anchor.before;
      gap.after_end = anchor.after;
      Compare(gap, depth + 1);
      gap.before_begin = anchor.before + 1;
      gap.after_begin = anchor.after + 1;
    }
    gap.before_end = part.before_end;
    gap.after_end = part.after_end;
    Compare(gap, depth + 1);
  }

  // Lines that occur once in each part, in the same order.
  std::vector<Pair> Anchors(const LineChange& part) const {
    struct Place {
      size_t before = 0;
      size_t after = 0;
      uint32_t befores = 0;
      uint32_t afters = 0;
    };
    absl::flat_hash_map<uint32_t, Place> places;
    for (size_t i = part.before_begin; i < part.before_end; ++i) {
      Place& place = places[before_[i]];
      place.before = i;
      ++place.befores;
    }
    for (size_t i = part.after_begin; i < part.after_end; ++i) {
      Place& place = places[after_[i]];
      place.after = i;
      ++place.afters;
    }
    std::vector<Pair> pairs;
    for (size_t i = part.before_begin; i < part.before_end; ++i) {
      const Place& place = places[before_[i]];
      if (place.befores != 1 || place.afters != 1) continue;
      pairs.push_back({i, place.after});
    }
    return LongestAscending(pairs);
  }

  // The shortest difference, by the lengths of longest common subsequences.
  void ByTable(const LineChange& part) {
    const size_t columns = part.added() + 1;
    std::vector<uint32_t> lengths((part.removed() + 1) * columns, 0);
    const auto length = [&](size_t i, size_t j) -> uint32_t& {
      return lengths[i * columns + j];
    };
    const auto same = [&](size_t i, size_t j) {
      return before_[part.before_begin + i] == after_[part.after_begin + j];
    };
    for (size_t i = part.removed(); i-- > 0;) {
      for (size_t j = part.added(); j-- > 0;) {
        length(i, j) = same(i, j)
                           ? length(i + 1, j + 1) + 1
                           : std::max(length(i + 1, j), length(i, j + 1));
      }
    }
    size_t i = 0;
    size_t j = 0;
    while (i < part.removed() || j < part.added()) {
      if (i < part.removed() && j < part.added() && same(i, j)) {
        ++i;
        ++j;
        continue;
      }
      LineChange change = {part.before_begin + i, 0, part.after_begin + j, 0};
      while ((i < part.removed() || j < part.added()) &&
             !(i < part.removed() && j < part.added() && same(i, j))) {
        if (j == part.added() ||
            (i < part.removed() && length(i + 1, j) >= length(i, j + 1))) {
          ++i;
        } else {
          ++j;
        }
      }
      change.before_end = part.before_begin + i;
      change.after_end = part.after_begin + j;
      Add(change);
    }
  }

  // Adds a change, joined to the last one if they touch.
  void Add(const LineChange& change) {
    if (change.removed() == 0 && change.added() == 0) return;
    if (!changes_.empty() &&
        changes_.back().before_end == change.before_begin &&
        changes_.back().after_end == change.after_begin) {
      changes_.back().before_end = change.before_end;
      changes_.back().after_end = change.after_end;
      return;
    }
    changes_.push_back(change);
  }

  const Lines& before_;
  const Lines& after_;
  std::vector<LineChange> changes_;
};

// "12" or "12,3", as unified diffs count lines.
std::string Place(size_t begin, size_t count) {
  return count == 1 ? absl::StrCat(begin + 1)
                    : absl::StrCat(count == 0 ? begin : begin + 1, ",", count);
}

void PrintLine(std::ostream& out, char sign, absl::string_view line,
               const tools::Style& style) {
  const bool ended = absl::ConsumeSuffix(&line, "\n");
  const std::string shown =
      absl::StrCat(std::string(1, sign), tools::Printable(line));
  out << (sign == '+'   ? style.Good(shown)
          : sign == '-' ? style.Bad(shown)
                        : shown)
      << "\n";
  if (!ended) out << style.Dim("\\ No line end at the end of the file") << "\n";
}

}  // namespace

std::vector<absl::string_view> SplitLines(absl::string_view text) {
  std::vector<absl::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const size_t size = end == text.npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

std::vector<LineChange> DiffLines(absl::Span<const absl::string_view> before,
                                  absl::Span<const absl::string_view> after) {
  absl::flat_hash_map<absl::string_view, uint32_t> numbers;
  const auto number = [&](absl::Span<const absl::string_view> lines) {
    Lines numbered;
    numbered.reserve(lines.size());
    for (const absl::string_view line : lines) {
      numbered.push_back(
          numbers.emplace(line, static_cast<uint32_t>(numbers.size()))
              .first->second);
    }
    return numbered;
  };
  const Lines a = number(before);
  const Lines b = number(after);
  return Differ(a, b).Run();
}

LineCounts CountLines(absl::Span<const LineChange> changes) {
  LineCounts counts;
  for (const LineChange& change : changes) {
    const size_t changed = std::min(change.removed(), change.added());
    counts.changed += changed;
    counts.removed += change.removed() - changed;
    counts.added += change.added() - changed;
  }
  return counts;
}

void PrintChanges(std::ostream& out, const tools::Style& style,
                  absl::Span<const absl::string_view> before,
                  absl::Span<const absl::string_view> after,
                  absl::Span<const LineChange> changes, size_t around) {
  for (size_t first = 0; first < changes.size();) {
    // Changes with overlapping context are shown together.
    size_t last = first;
    while (last + 1 < changes.size() &&
           changes[last + 1].before_begin - changes[last].before_end <=
               2 * around) {
      ++last;
    }
    const size_t lead = std::min(around, changes[first].before_begin);
    const size_t begin = changes[first].before_begin - lead;
    const size_t after_begin = changes[first].after_begin - lead;
    const size_t tail =
        std::min(around, before.size() - changes[last].before_end);
    const size_t end = changes[last].before_end + tail;
    const size_t after_end = changes[last].after_end + tail;
    out << style.Dim(absl::StrCat("@@ -", Place(begin, end - begin), " +",
                                  Place(after_begin, after_end - after_begin),
                                  " @@"))
        << "\n";
    size_t at = begin;
    for (; first <= last; ++first) {
      const LineChange& change = changes[first];
      for (; at < change.before_begin; ++at) {
        PrintLine(out, ' ', before[at], style);
      }
      for (; at < change.before_end; ++at) {
        PrintLine(out, '-', before[at], style);
      }
      for (size_t i = change.after_begin; i < change.after_end; ++i) {
        PrintLine(out, '+', after[i], style);
      }
    }
    for (; at < end; ++at) PrintLine(out, ' ', before[at], style);
  }
}

}  // namespace sluice::ctl
