#pragma once

// What is odd in files that people write, and allowed all the same: where it
// is, what is odd and what to do. Apart from Faults, which refuse a file.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "rules/base/language.h"
#include "rules/base/position.h"

namespace sluice::rules {

class Warnings {
 public:
  // Of one kind in one file so many are kept; the others are only counted. A
  // list of a hundred thousand words may be odd in each of them.
  static constexpr size_t kKeptMax = 5;

  // `kind` is what the warnings of this kind are about, in the plural:
  // "one-character words".
  void Add(absl::string_view file, Position position, const Both& kind,
           Both message);

  // Removes those that are kept and for whose place `removed` says so.
  void RemoveIf(
      absl::FunctionRef<bool(absl::string_view file, Position position)>
          removed);

  bool empty() const { return files_.empty(); }
  // Those that are not kept, too.
  size_t size() const;

  // A line for each warning that is kept, by file as first named, line and
  // column: "file:line:column: message"; after those of a file, a line for
  // each kind of which there are more: "file: and 12 more one-character words,
  // the last in line 99".
  std::vector<std::string> Lines(Language language = Language::kEnglish) const;

 private:
  struct Warning {
    Position position;
    Both message;
  };
  struct Group {
    Both kind;
    std::vector<Warning> kept;
    size_t not_kept = 0;
    uint32_t last_line = 0;
  };
  struct File {
    std::string name;
    std::vector<Group> groups;
  };
  static std::string MoreLine(const File& file, const Group& group,
                              Language language);
  File& FileOf(absl::string_view name);

  std::vector<File> files_;
};

}  // namespace sluice::rules
