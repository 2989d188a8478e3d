#pragma once

// The difference between two packs: by file, and, as an officer thinks, by rule
// and by word.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/pack/pack_files.h"
#include "tools/sluicectl/rules/line_diff.h"

namespace sluice::ctl {

// A file that differs. The packs must outlive it.
struct FileChange {
  std::string name;
  bool in_before = false;
  bool in_after = false;
  bool is_text = true;  // Otherwise there are no lines.
  std::vector<absl::string_view> before;
  std::vector<absl::string_view> after;
  std::vector<LineChange> changes;
};

// By name. The packs must outlive the result.
std::vector<FileChange> CompareFiles(const rules::PackFiles& before,
                                     const rules::PackFiles& after);

// Changes of rules or thresholds, by id.
struct IdChanges {
  size_t before = 0;  // How many before.
  size_t after = 0;
  std::vector<std::string> added;
  std::vector<std::string> removed;
  struct Changed {
    std::string id;
    std::vector<std::string> fields;  // As in pack.proto.
  };
  std::vector<Changed> changed;
};

// Changes of the words of one list, or of all.
struct WordChanges {
  std::string list;
  size_t before = 0;
  size_t after = 0;
  size_t added = 0;
  size_t removed = 0;
  size_t moved = 0;  // To another category.
};

struct PackChanges {
  IdChanges rules;
  IdChanges thresholds;
  IdChanges lists;
  IdChanges domain_lists;
  WordChanges words;                 // Of all lists.
  std::vector<WordChanges> by_list;  // Lists that differ.
};

// Compares what can be read of the packs; reports no faults.
PackChanges ComparePacks(const rules::PackFiles& before,
                         const rules::PackFiles& after);

}  // namespace sluice::ctl
