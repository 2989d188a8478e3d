#pragma once

// What is different between two packs: file by file, and as an officer thinks
// of them, rule by rule and word by word.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/pack/pack_files.h"
#include "tools/sluicectl/rules/line_diff.h"

namespace sluice::ctl {

// A file that differs. Borrows the packs.
struct FileChange {
  std::string name;
  bool in_before = false;
  bool in_after = false;
  bool is_text = true;  // Else it has no lines to compare.
  std::vector<absl::string_view> before;
  std::vector<absl::string_view> after;
  std::vector<LineChange> changes;
};

// By name. The packs must outlive what is returned.
std::vector<FileChange> CompareFiles(const rules::PackFiles& before,
                                     const rules::PackFiles& after);

// Rules, thresholds: by id.
struct IdChanges {
  size_t before = 0;  // How many there were.
  size_t after = 0;
  std::vector<std::string> added;
  std::vector<std::string> removed;
  struct Changed {
    std::string id;
    std::vector<std::string> fields;  // As in pack.proto.
  };
  std::vector<Changed> changed;
};

// Words of a list, or of all.
struct WordChanges {
  std::string list;
  size_t before = 0;
  size_t after = 0;
  size_t added = 0;
  size_t removed = 0;
  size_t moved = 0;  // Into another category.
};

struct PackChanges {
  IdChanges rules;
  IdChanges thresholds;
  IdChanges lists;
  IdChanges domain_lists;
  WordChanges words;                 // Of all lists.
  std::vector<WordChanges> by_list;  // Those that differ.
};

// As far as the packs can be read: faults are not told.
PackChanges ComparePacks(const rules::PackFiles& before,
                         const rules::PackFiles& after);

}  // namespace sluice::ctl
