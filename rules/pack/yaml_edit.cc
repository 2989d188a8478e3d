#include "rules/pack/yaml_edit.h"

#include <yaml-cpp/emitter.h>

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "rules/pack/yaml_layout.h"

namespace sluice::rules {
namespace {

using Kind = YamlNode::Kind;

constexpr size_t kWidth = 80;
constexpr size_t kIndent = 2;

// "rules[3].words" as rules, 3, words.
std::vector<std::string> Steps(absl::string_view path) {
  return absl::StrSplit(path, absl::ByAnyChar(".[]"), absl::SkipEmpty());
}

size_t IndexOf(const YamlNode& map, absl::string_view key) {
  const auto at =
      std::find_if(map.keys.begin(), map.keys.end(),
                   [key](const YamlNode& one) { return one.scalar == key; });
  return static_cast<size_t>(at - map.keys.begin());
}

// The child that one step of a path names; null: there is none.
template <typename Node>
Node* Child(Node& node, absl::string_view step) {
  size_t index = node.items.size();
  if (node.kind == Kind::kMap) index = IndexOf(node, step);
  if (node.kind == Kind::kSequence && !absl::SimpleAtoi(step, &index)) {
    return nullptr;
  }
  return index < node.items.size() ? &node.items[index] : nullptr;
}

template <typename Node>
Node* Follow(Node& root, const std::vector<std::string>& steps) {
  Node* node = &root;
  for (const std::string& step : steps) {
    node = Child(*node, step);
    if (node == nullptr) return nullptr;
  }
  return node;
}

// Both say the same; where and how it is written does not matter.
bool Same(const YamlNode& a, const YamlNode& b) {
  return a.kind == b.kind && a.scalar == b.scalar &&
         std::equal(a.keys.begin(), a.keys.end(), b.keys.begin(), b.keys.end(),
                    Same) &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(),
                    b.items.end(), Same);
}

YamlNode Scalar(absl::string_view text) {
  YamlNode node;
  node.kind = Kind::kScalar;
  node.scalar = std::string(text);
  return node;
}

YamlNode MapOf(absl::string_view key, YamlNode value) {
  YamlNode node;
  node.kind = Kind::kMap;
  node.keys.push_back(Scalar(key));
  node.items.push_back(std::move(value));
  return node;
}

YamlNode ListOf(const std::vector<std::string>& texts) {
  YamlNode node;
  node.kind = Kind::kSequence;
  for (const std::string& text : texts) node.items.push_back(Scalar(text));
  return node;
}

std::string InFlow(const YamlNode& node) {
  if (node.kind == Kind::kScalar) return YamlText(node.scalar);
  const bool map = node.kind == Kind::kMap;
  std::vector<std::string> parts;
  for (size_t i = 0; i < node.items.size(); ++i) {
    parts.push_back(absl::StrCat(
        map ? absl::StrCat(YamlText(node.keys[i].scalar), ": ") : "",
        InFlow(node.items[i])));
  }
  const std::string inside = absl::StrJoin(parts, ", ");
  return map ? absl::StrCat("{", inside, "}") : absl::StrCat("[", inside, "]");
}

// The lines of a block map or list, without ends.
std::vector<std::string> InLines(const YamlNode& node, size_t indent) {
  const std::string blanks(indent, ' ');
  std::vector<std::string> lines;
  for (size_t i = 0; i < node.items.size(); ++i) {
    const YamlNode& item = node.items[i];
    const std::string begin =
        node.kind == Kind::kMap
            ? absl::StrCat(blanks, YamlText(node.keys[i].scalar), ":")
            : absl::StrCat(blanks, "-");
    if (item.kind == Kind::kScalar) {
      lines.push_back(absl::StrCat(begin, " ", YamlText(item.scalar)));
      continue;
    }
    std::vector<std::string> inner = InLines(item, indent + kIndent);
    if (node.kind == Kind::kMap) {
      lines.push_back(begin);
    } else {  // The first field stands beside the dash.
      inner[0] = absl::StrCat(begin, " ", inner[0].substr(indent + kIndent));
    }
    lines.insert(lines.end(), inner.begin(), inner.end());
  }
  return lines;
}

// A text with lines put in before line `at`.
std::string WithLines(const YamlLayout& layout, size_t at,
                      const std::vector<std::string>& lines) {
  const absl::string_view text = layout.text();
  const size_t offset = layout.LineBegin(at);
  std::string edited(text.substr(0, offset));
  if (!edited.empty() && edited.back() != '\n') {
    absl::StrAppend(&edited, layout.line_end());
  }
  for (const std::string& line : lines) {
    absl::StrAppend(&edited, line, layout.line_end());
  }
  absl::StrAppend(&edited, text.substr(offset));
  return edited;
}

std::string Without(absl::string_view text, size_t begin, size_t end) {
  return absl::StrCat(text.substr(0, begin), text.substr(end));
}

absl::string_view Inside(absl::string_view flow) {
  return flow.substr(1, flow.size() - 2);
}

// Columns of a terminal, about: Chinese characters have two.
size_t Columns(absl::string_view text) {
  size_t columns = 0;
  for (const char c : text) {
    if ((c & 0xc0) != 0x80) columns += (c & 0x80) != 0 ? 2 : 1;
  }
  return columns;
}

// A text with `added` behind the last item of a flow list or map; in a line of
// its own, if the list has several lines and the last is full.
std::string WithInFlow(const YamlLayout& layout, const YamlNode& node,
                       absl::string_view added) {
  const absl::string_view text = layout.text();
  if (node.items.empty()) {
    const size_t end = layout.End(node) - 1;  // The closing bracket.
    return absl::StrCat(text.substr(0, end), added, text.substr(end));
  }
  const size_t end = layout.End(node.items.back());
  const size_t line = layout.LineBegin(layout.LineOf(node.items.back()));
  const absl::string_view last = text.substr(line, end - line);
  const bool full = Columns(last) + Columns(added) > kWidth;
  const bool several = layout.LineOf(node.items.back()) > layout.LineOf(node);
  const std::string blanks =
      full && several
          ? absl::StrCat(layout.line_end(),
                         last.substr(0, last.find_first_not_of(' ')))
          : " ";
  return absl::StrCat(text.substr(0, end), ",", blanks, added,
                      text.substr(end));
}

// The text with `added`'s items behind those of `list`.
std::string WithItems(const YamlLayout& layout, const YamlNode& list,
                      const YamlNode& added) {
  if (layout.IsFlow(list)) {
    return WithInFlow(layout, list, Inside(InFlow(added)));
  }
  const size_t indent = layout.IndentOf(list);
  const YamlNode& last = list.items.back();
  std::vector<std::string> lines = InLines(added, indent);
  // Maps stand in paragraphs.
  if (added.items[0].kind == Kind::kMap) lines.insert(lines.begin(), "");
  return WithLines(layout, layout.BlockEnd(layout.LineOf(last), indent), lines);
}

// Where a new field stands in its map: a single value before the first list or
// map, everything else at the end.
size_t PlaceOf(const YamlLayout& layout, const YamlNode& map,
               const YamlNode& field) {
  const bool single =
      field.items[0].kind == Kind::kScalar && !layout.IsFlow(map);
  for (size_t i = 1; single && i < map.items.size(); ++i) {
    if (map.items[i].kind != Kind::kScalar) return i;
  }
  return map.items.size();
}

std::string WithField(const YamlLayout& layout, const YamlNode& map,
                      const YamlNode& field, size_t at) {
  if (map.items.empty()) {
    // A file without a field ends with its comments.
    return WithLines(layout, layout.lines(), InLines(field, 0));
  }
  if (layout.IsFlow(map)) {
    return WithInFlow(layout, map, Inside(InFlow(field)));
  }
  const size_t line = at < map.items.size()
                          ? layout.LineOf(map.keys[at])
                          : layout.FieldEnd(map.keys.back(), map.items.back());
  return WithLines(layout, line, InLines(field, layout.IndentOf(map.keys[0])));
}

// The text with another value in place of a single one.
std::string WithText(const YamlLayout& layout, const YamlNode& node,
                     const std::string& value) {
  const absl::string_view text = layout.text();
  const size_t begin = layout.Begin(node);
  return absl::StrCat(text.substr(0, begin), YamlText(value),
                      text.substr(layout.End(node)));
}

// The text without an item of a flow list or map; empty when a comment beside
// it would go, too.
std::string WithoutInFlow(const YamlLayout& layout, const YamlNode& parent,
                          size_t index) {
  const bool map = parent.kind == Kind::kMap;
  const auto begin = [&](size_t i) {
    return layout.Begin(map ? parent.keys[i] : parent.items[i]);
  };
  const absl::string_view text = layout.text();
  const size_t end = layout.End(parent.items[index]);
  const bool last = index + 1 == parent.items.size();
  const size_t from = last ? layout.End(parent.items[index - 1]) : begin(index);
  const size_t to = last ? end : begin(index + 1);
  const absl::string_view beside = last ? text.substr(from, begin(index) - from)
                                        : text.substr(end, to - end);
  if (absl::StrContains(beside, '#')) return {};
  return Without(text, from, to);
}

std::string WithoutLines(const YamlLayout& layout, const YamlNode& parent,
                         size_t index) {
  const YamlNode& item = parent.items[index];
  size_t begin = layout.LineOf(item);
  size_t end = 0;
  if (parent.kind == Kind::kMap) {
    begin = layout.LineOf(parent.keys[index]);
    end = layout.FieldEnd(parent.keys[index], item);
  } else {
    end = layout.BlockEnd(begin, layout.IndentOf(parent));
  }
  const bool paragraph = item.kind == Kind::kMap;
  if (paragraph) begin = layout.CommentAbove(begin);
  const size_t from = layout.LineBegin(begin);
  size_t to = layout.LineBegin(end);
  // One of the two blank lines that would meet.
  const absl::string_view text = layout.text();
  const absl::string_view line_end = layout.line_end();
  const bool blank_before =
      absl::EndsWith(text.substr(0, from), absl::StrCat(line_end, line_end));
  if (blank_before && absl::StartsWith(text.substr(to), line_end)) {
    to += line_end.size();
  }
  return Without(text, from, to);
}

}  // namespace

std::string YamlText(const std::string& text) {
  YAML::Emitter out;
  out << YAML::Flow << YAML::BeginSeq << text << YAML::EndSeq;
  const absl::string_view list = out.c_str();
  return std::string(list.substr(1, list.size() - 2));
}

absl::StatusOr<YamlEditor> YamlEditor::Open(std::string file,
                                            absl::string_view content) {
  YamlEditor editor(std::move(file));
  if (absl::ConsumePrefix(&content, "\xef\xbb\xbf")) {
    editor.bom_ = "\xef\xbb\xbf";
  }
  Faults faults;
  std::optional<YamlNode> root = ParseYaml(
      editor.file_, content, [](Position) { return false; }, faults);
  SLUICE_RETURN_IF_ERROR(faults.ToStatus());
  editor.root_ = *std::move(root);
  editor.text_ = std::string(content);
  return editor;
}

const YamlNode* YamlEditor::Find(absl::string_view path) const {
  return Follow(root_, Steps(path));
}

absl::Status YamlEditor::ByHand(Position place) const {
  return WithChinese(
      absl::FailedPreconditionError(PlacedLine(
          file_, place,
          "is written in a way that this command cannot change safely; edit it "
          "by hand. Nothing was changed.")),
      PlacedLine(file_, place,
                 "此处的写法无法用命令可靠地修改，请手工修改。没有任何改动。"));
}

absl::Status YamlEditor::Take(const std::string& text, const YamlNode& meant,
                              Position place) {
  Faults faults;
  std::optional<YamlNode> root = ParseYaml(
      file_, text, [](Position) { return false; }, faults);
  if (!root || !Same(*root, meant)) return ByHand(place);
  root_ = *std::move(root);
  text_ = text;
  return absl::OkStatus();
}

absl::Status YamlEditor::Append(absl::string_view list,
                                const std::vector<std::string>& texts) {
  return Add(list, ListOf(texts));
}

absl::Status YamlEditor::AppendMap(absl::string_view list,
                                   absl::string_view key,
                                   const std::string& text) {
  YamlNode added;
  added.kind = Kind::kSequence;
  added.items.push_back(MapOf(key, Scalar(text)));
  return Add(list, std::move(added));
}

absl::Status YamlEditor::Add(absl::string_view list, YamlNode added) {
  std::vector<std::string> steps = Steps(list);
  YamlNode meant = root_;
  if (YamlNode* there = Follow(meant, steps)) {
    const YamlNode before = *there;
    if (before.kind != Kind::kSequence) return ByHand(before.position);
    there->items.insert(there->items.end(), added.items.begin(),
                        added.items.end());
    return Take(WithItems(YamlLayout(text_), before, added), meant,
                before.position);
  }
  while (!steps.empty()) {
    added = MapOf(steps.back(), std::move(added));
    steps.pop_back();
    if (Follow(meant, steps) != nullptr) return AddField(steps, added);
  }
  return ByHand(root_.position);
}

absl::Status YamlEditor::AddField(const std::vector<std::string>& steps,
                                  const YamlNode& added) {
  YamlNode meant = root_;
  YamlNode& map = *Follow(meant, steps);
  const YamlNode before = map;
  if (before.kind == Kind::kScalar || before.kind == Kind::kSequence) {
    return ByHand(before.position);
  }
  const YamlLayout layout(text_);
  const size_t at = PlaceOf(layout, before, added);
  map.kind = Kind::kMap;
  map.keys.insert(map.keys.begin() + static_cast<ptrdiff_t>(at), added.keys[0]);
  map.items.insert(map.items.begin() + static_cast<ptrdiff_t>(at),
                   added.items[0]);
  return Take(WithField(layout, before, added, at), meant, before.position);
}

absl::Status YamlEditor::Set(absl::string_view field, const std::string& text) {
  std::vector<std::string> steps = Steps(field);
  YamlNode meant = root_;
  YamlNode* there = Follow(meant, steps);
  if (there == nullptr) {
    const YamlNode added = MapOf(steps.back(), Scalar(text));
    steps.pop_back();
    if (Follow(meant, steps) == nullptr) return ByHand(root_.position);
    return AddField(steps, added);
  }
  const YamlNode before = *there;
  if (before.kind != Kind::kScalar) return ByHand(before.position);
  there->scalar = text;
  return Take(WithText(YamlLayout(text_), before, text), meant,
              before.position);
}

absl::Status YamlEditor::Remove(absl::string_view path) {
  std::vector<std::string> steps = Steps(path);
  YamlNode meant = root_;
  const YamlNode* item = Follow(meant, steps);
  if (item == nullptr) return ByHand(root_.position);
  // What would be empty goes with it.
  YamlNode* parent = nullptr;
  std::string step;
  do {
    step = steps.back();
    steps.pop_back();
    parent = Follow(meant, steps);
  } while (parent->items.size() == 1 && !steps.empty());
  const auto index =
      static_cast<size_t>(Child(*parent, step) - parent->items.data());
  const YamlNode before = *parent;
  parent->items.erase(parent->items.begin() + static_cast<ptrdiff_t>(index));
  if (parent->kind == Kind::kMap) {
    parent->keys.erase(parent->keys.begin() + static_cast<ptrdiff_t>(index));
  }
  const YamlLayout layout(text_);
  const std::string without = layout.IsFlow(before)
                                  ? WithoutInFlow(layout, before, index)
                                  : WithoutLines(layout, before, index);
  const Position place = before.items[index].position;
  return without.empty() ? ByHand(place) : Take(without, meant, place);
}

}  // namespace sluice::rules
