#pragma once

// Reads YAML files into protobuf messages, strictly: people write configuration
// and rule packs, and their typing errors must be found.
//
// Keys are the fields' names as in the .proto file. An enum value is written
// short and in lower case: commercial for MESSAGE_CLASS_COMMERCIAL. Repeated
// fields are lists, also of one. google.protobuf.Duration is written 60s, 5m or
// 1h30m, Timestamp as in RFC 3339. Texts need no quotes unless YAML would take
// them for something else (a leading *, &, !, [, {, #, or null).

#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rules/base/faults.h"

namespace google::protobuf {
class Message;
}

namespace sluice::rules {

// Where each field of a message stood in its file, by path:
// "rules[3].words[0]".
class YamlPositions {
 public:
  // The position of `path`, or of the nearest container of it that is there.
  Position At(absl::string_view path) const;

  void Set(std::string path, Position position) {
    positions_[std::move(path)] = position;
  }

  // Whether the file names it, even if only to give its default.
  bool Has(absl::string_view path) const { return positions_.contains(path); }

  // False for a value that could not be read, for all fields in it, and for a
  // list that contains it: its fault is reported already, and its value in the
  // message has no meaning.
  bool IsReadable(absl::string_view path) const;
  // Whether the quote of the value at `path` is never closed.
  bool IsOpen(absl::string_view path) const {
    return !open_.empty() && open_ == path;
  }
  void SetOpen(std::string path) { open_ = std::move(path); }
  void SetUnreadable(std::string path) { unreadable_.insert(std::move(path)); }

 private:
  std::map<std::string, Position, std::less<>> positions_;
  std::set<std::string, std::less<>> unreadable_;
  std::string open_;
};

// Replaces `out` with what `content` says; `file` is for messages only. Errors:
// kInvalidArgument with a line for each fault, `file:line:column: what is
// wrong, what is allowed`: unknown and duplicate keys, wrong types, numbers out
// of range, unknown enum values, and the faults of ParseYaml. `out` then has
// the parts that could be read.
absl::Status LoadYaml(const std::string& file, absl::string_view content,
                      google::protobuf::Message* out);

// The same for callers that check the content further: faults are added to
// `faults`, and `positions` gets the place of every field.
void LoadYaml(const std::string& file, absl::string_view content,
              google::protobuf::Message* out, YamlPositions& positions,
              Faults& faults);

}  // namespace sluice::rules
