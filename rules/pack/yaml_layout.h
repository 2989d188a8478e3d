#pragma once

// Where the nodes of a YAML file stand in its text, and where they end.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/pack/yaml_tree.h"

namespace sluice::rules {

// Lines count from 0 here.
class YamlLayout {
 public:
  // `text` must outlive it, and be what the nodes were read from.
  explicit YamlLayout(absl::string_view text);

  absl::string_view text() const { return text_; }
  absl::string_view line_end() const { return line_end_; }

  size_t lines() const { return starts_.size(); }

  // The offset at which `node` begins.
  size_t Begin(const YamlNode& node) const;
  // Where the line begins; of the line after the last, the end of the text.
  size_t LineBegin(size_t line) const;
  static size_t LineOf(const YamlNode& node) { return node.position.line - 1; }
  // Blanks in front of `node`, or of its dash, in its line.
  static size_t IndentOf(const YamlNode& node) {
    return node.position.column - 1;
  }

  // Whether a list is written [a, b], a map {a: b}.
  bool IsFlow(const YamlNode& node) const;
  // Behind the last byte of a scalar, or of a list or map written in brackets.
  // Wrong for a plain text of several lines.
  size_t End(const YamlNode& node) const;

  // Behind the last line of what begins in `line` with this indent: the line
  // itself and all that are indented further, without the blank ones at the
  // end.
  size_t BlockEnd(size_t line, size_t indent) const;
  // Behind the last line of a field of a block map.
  size_t FieldEnd(const YamlNode& key, const YamlNode& value) const;
  // The first of the comment lines right above `line` that begin a paragraph;
  // `line` if there are none.
  size_t CommentAbove(size_t line) const;

 private:
  absl::string_view Line(size_t line) const;
  size_t QuotedEnd(size_t at) const;
  size_t CollectionEnd(size_t at) const;

  const absl::string_view text_;
  const absl::string_view line_end_;
  std::vector<size_t> starts_;
};

}  // namespace sluice::rules
