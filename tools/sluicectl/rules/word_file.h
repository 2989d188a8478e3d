#pragma once

// Removes and adds words in the file of a word list, as an officer would by
// hand: comments, order and line ends are unchanged.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluice::ctl {

struct WordEdit {
  // Removed first; in the list's spelling or any other that folds to the same.
  std::vector<std::string> remove;
  // Then added at the end.
  std::vector<std::string> add;
  // The category of the added words; for tables only.
  std::string category;
};

// What a whole file brought into a list.
struct FileAdded {
  std::string content;  // Of the list.
  size_t added = 0;
  size_t present = 0;  // Were there already, or came twice.
};

// Adds the words of the file `from`, a word list or, if its name ends in .csv,
// a table: `category` is for those that have none there. Errors: those of
// EditWords(); kInvalidArgument (the faults of `from`).
absl::StatusOr<FileAdded> AddWordsOf(absl::string_view file,
                                     absl::string_view content,
                                     absl::string_view from,
                                     absl::string_view from_content,
                                     const std::string& category);

// `file` is for errors; if it ends in .csv, the list is a table. Errors:
// kInvalidArgument (the file's own faults, a word that no list can contain, a
// category for a file without that column), kAlreadyExists (a word to add is in
// the list), kNotFound (a word to remove is not).
absl::StatusOr<std::string> EditWords(absl::string_view file,
                                      absl::string_view content,
                                      const WordEdit& edit);

}  // namespace sluice::ctl
