#pragma once

// A YAML file as a tree in which every node knows its place. Our own tree
// because yaml-cpp's drops the second of two equal keys, follows aliases and
// forgets whether a text was quoted. yaml-cpp stays behind this file.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "rules/base/faults.h"

namespace sluice::rules {

// What is said of a quote that nothing closes, at the quote.
Both OpenQuoteFault();

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  Kind kind = Kind::kNull;
  Position position;
  bool quoted = false;          // A scalar that is not plain.
  bool open = false;            // Its quote is closed by the file's end only.
  std::string scalar;           // UTF-8.
  std::vector<YamlNode> keys;   // Of a map, one for each item.
  std::vector<YamlNode> items;  // Of a map or sequence.
};

// The largest file, and the most values in it. What is larger is a list that
// should be a file of its own, or an attack: a value takes 150 bytes of memory.
inline constexpr size_t kYamlBytesMax = 8 << 20;
inline constexpr size_t kYamlNodesMax = 1'000'000;

// Returns the file's only document, or nullopt and at least one fault. Not
// allowed, since no configuration needs them: invalid UTF-8, anchors, aliases,
// tags, several documents, nesting deeper than 32, more than kYamlBytesMax or
// kYamlNodesMax. Takes time in proportion to the file's size, whatever it says.
// A quote that nothing closes in the file's last line is a warning.
// `explain` is called with the place at which the file stops being YAML; when
// it returns true, it has added a fault that says why, and no other is added.
std::optional<YamlNode> ParseYaml(
    absl::string_view file, absl::string_view content,
    absl::FunctionRef<bool(Position stop)> explain, Faults& faults);

}  // namespace sluice::rules
