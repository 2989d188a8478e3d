#include "rules/base/warnings.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

namespace sluice::rules {

Warnings::File& Warnings::FileOf(absl::string_view name) {
  for (File& file : files_) {
    if (file.name == name) return file;
  }
  files_.emplace_back().name = std::string(name);
  return files_.back();
}

void Warnings::Add(absl::string_view file, Position position, const Both& kind,
                   Both message) {
  std::vector<Group>& groups = FileOf(file).groups;
  auto group = absl::c_find_if(groups, [&kind](const Group& one) {
    return one.kind.english == kind.english;
  });
  if (group == groups.end()) {
    groups.emplace_back().kind = kind;
    group = std::prev(groups.end());
  }
  if (group->kept.size() < kKeptMax) {
    group->kept.push_back({position, std::move(message)});
    return;
  }
  ++group->not_kept;
  group->last_line = std::max(group->last_line, position.line);
}

void Warnings::RemoveIf(
    absl::FunctionRef<bool(absl::string_view file, Position position)>
        removed) {
  for (File& file : files_) {
    for (Group& group : file.groups) {
      std::erase_if(group.kept, [&](const Warning& one) {
        return removed(file.name, one.position);
      });
    }
    std::erase_if(file.groups, [](const Group& group) {
      return group.kept.empty() && group.not_kept == 0;
    });
  }
  std::erase_if(files_, [](const File& file) { return file.groups.empty(); });
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

std::string Warnings::MoreLine(const File& file, const Group& group,
                               Language language) {
  std::string line = Say(language, "$0：另有 $1 处$2", "$0: and $1 more $2",
                         file.name, group.not_kept, group.kind.in(language));
  if (group.last_line != 0) {
    line += Say(language, "，最后一处在第 $0 行", ", the last in line $0",
                group.last_line);
  }
  return line;
}

std::vector<std::string> Warnings::Lines(Language language) const {
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
      lines.push_back(PlacedLine(file.name, warning->position,
                                 warning->message.in(language)));
    }
    for (const Group& group : file.groups) {
      if (group.not_kept > 0) {
        lines.push_back(MoreLine(file, group, language));
      }
    }
  }
  return lines;
}

}  // namespace sluice::rules
