#pragma once

// A YAML file as a tree in which every node knows its place. Our own tree
// because yaml-cpp's drops the second of two equal keys, follows aliases and
// forgets whether a text was quoted. yaml-cpp stays behind this file.

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/base/faults.h"

namespace sluice::rules {

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  Kind kind = Kind::kNull;
  Position position;
  bool quoted = false;          // A scalar that is not plain.
  std::string scalar;           // UTF-8.
  std::vector<YamlNode> keys;   // Of a map, one for each item.
  std::vector<YamlNode> items;  // Of a map or sequence.
};

// Returns the file's only document, or nullopt and at least one fault. Not
// allowed, since no configuration needs them: invalid UTF-8, anchors, aliases,
// tags, several documents, nesting deeper than 32.
std::optional<YamlNode> ParseYaml(absl::string_view file,
                                  absl::string_view content, Faults& faults);

}  // namespace sluice::rules
