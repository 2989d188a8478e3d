#pragma once

// Changes a YAML file as a careful person does by hand: comments, order, quotes
// and line ends of everything else stay. Each edit is read back and compared
// with what was meant, so that an odd layout is refused and never spoilt.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/pack/yaml_tree.h"

namespace sluice::rules {

// Paths are those of YamlPositions: "rules[3].examples.must_hit". Errors of the
// edits: kFailedPrecondition, with the place, for a layout that must be edited
// by hand; then nothing has changed.
class YamlEditor {
 public:
  // `file` is for errors. Errors: kInvalidArgument, the file's faults.
  static absl::StatusOr<YamlEditor> Open(std::string file,
                                         absl::string_view content);

  // The file as edited.
  std::string content() const { return bom_ + text_; }

  // What is at `path`; null: nothing.
  const YamlNode* Find(absl::string_view path) const;

  // Adds texts to the end of a list. The list, and maps around it, are made
  // when they are not there.
  absl::Status Append(absl::string_view list,
                      const std::vector<std::string>& texts);
  // Adds a map with one field to the end of a list of maps.
  absl::Status AppendMap(absl::string_view list, absl::string_view key,
                         const std::string& text);
  // Gives a field of a map a text; the field is made when it is not there.
  absl::Status Set(absl::string_view field, const std::string& text);
  // Removes an item of a list, or a field of a map. A list, or a map other than
  // the file's, that becomes empty goes, too; so do the comment lines right
  // above a map.
  absl::Status Remove(absl::string_view path);

 private:
  explicit YamlEditor(std::string file) : file_(std::move(file)) {}

  // Adds the items of `added` to the list at the path; all of it to the deepest
  // map of the path that is there when the list is not.
  absl::Status Add(absl::string_view list, YamlNode added);
  // Gives the map at `steps` the field of `added`, which it does not have.
  absl::Status AddField(const std::vector<std::string>& steps,
                        const YamlNode& added);
  // Takes `text` when it says what `meant` says.
  absl::Status Take(const std::string& text, const YamlNode& meant,
                    Position place);
  absl::Status ByHand(Position place) const;

  std::string file_;
  std::string bom_;
  std::string text_;
  YamlNode root_;
};

// `text` as a YAML scalar, quoted if YAML would read it as something else. May
// stand in a flow list.
std::string YamlText(const std::string& text);

}  // namespace sluice::rules
