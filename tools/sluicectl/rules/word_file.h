#pragma once

// A word list's file with words taken out and put in, as an officer would do it
// by hand: comments, order and line ends stay as they are.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluice::ctl {

struct WordEdit {
  // First taken out, as the list spells them or in any other way that is
  // spelled the same when folded.
  std::vector<std::string> remove;
  // Then put in at the end.
  std::vector<std::string> add;
  // Of the words that are put in; for tables only.
  std::string category;
};

// `file` is for errors; with the ending .csv it is a table. Errors:
// kInvalidArgument (the file's own faults, a word that no list can hold, a
// category that the file has no column for), kAlreadyExists (a word to add is
// in the list), kNotFound (a word to remove is not).
absl::StatusOr<std::string> EditWords(absl::string_view file,
                                      absl::string_view content,
                                      const WordEdit& edit);

}  // namespace sluice::ctl
