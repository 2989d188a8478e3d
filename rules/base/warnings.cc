#include "rules/base/warnings.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

namespace sluice::rules {
namespace {

// The entry of this name, made where there is none.
template <typename Entry>
Entry& EntryOf(std::vector<Entry>& entries, std::string Entry::*name,
               absl::string_view wanted) {
  for (Entry& entry : entries) {
    if (entry.*name == wanted) return entry;
  }
  Entry& added = entries.emplace_back();
  added.*name = std::string(wanted);
  return added;
}

}  // namespace

void Warnings::Add(absl::string_view file, Position position,
                   absl::string_view kind, absl::string_view message) {
  File& of_file = EntryOf(files_, &File::name, file);
  Group& group = EntryOf(of_file.groups, &Group::kind, kind);
  if (group.kept.size() < kKeptMax) {
    group.kept.push_back({position, std::string(message)});
    return;
  }
  ++group.not_kept;
  group.last_line = std::max(group.last_line, position.line);
}

size_t Warnings::size() const {
  size_t count = 0;
  for (const File& file : files_) {
    for (const Group& group : file.groups) {
      count += group.kept.size() + group.not_kept;
    }
  }
  return count;
}

std::string Warnings::MoreLine(const File& file, const Group& group) {
  std::string line =
      absl::StrCat(file.name, ": and ", group.not_kept, " more ", group.kind);
  if (group.last_line != 0) {
    absl::StrAppend(&line, ", the last in line ", group.last_line);
  }
  return line;
}

std::vector<std::string> Warnings::Lines() const {
  std::vector<std::string> lines;
  for (const File& file : files_) {
    std::vector<const Warning*> sorted;
    for (const Group& group : file.groups) {
      for (const Warning& warning : group.kept) sorted.push_back(&warning);
    }
    absl::c_stable_sort(sorted, [](const Warning* a, const Warning* b) {
      return a->position < b->position;
    });
    for (const Warning* warning : sorted) {
      lines.push_back(
          PlacedLine(file.name, warning->position, warning->message));
    }
    for (const Group& group : file.groups) {
      if (group.not_kept > 0) lines.push_back(MoreLine(file, group));
    }
  }
  return lines;
}

}  // namespace sluice::rules
