#include "rules/pack/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <initializer_list>
#include <sstream>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/base/encoding.h"
#include "rules/base/quoted.h"

namespace sluice::rules {
namespace {

constexpr size_t kDepthMax = 32;
constexpr char kOpenQuote[] = "the quote that opens here is never closed";

// yaml-cpp counts lines and columns from 0, and columns in bytes. A file may be
// one line of megabytes with a value every other byte, so no look-up begins at
// the beginning of its line.
class Lines {
 public:
  explicit Lines(absl::string_view content) : content_(content) {
    starts_.push_back(0);
    uint32_t code_points = 0;
    for (size_t i = 0; i < content.size(); ++i) {
      if (i % kStep == 0) code_points_.push_back(code_points);
      code_points += (content[i] & 0xc0) != 0x80;
      if (content[i] == '\n') starts_.push_back(i + 1);
    }
  }

  Position At(const YAML::Mark& mark) const {
    const auto line = static_cast<size_t>(mark.line);
    if (mark.line < 0 || line >= starts_.size()) return {};
    const size_t begin = starts_[line];
    const size_t at = OffsetOf(mark);
    return {static_cast<uint32_t>(line) + 1,
            CodePointsBefore(at) - CodePointsBefore(begin) + 1};
  }

  // Whether the open quote at `mark` takes more than the rest of its line, or
  // another quote is meant to close it.
  bool TakesTooMuch(const YAML::Mark& mark) const {
    const absl::string_view text =
        absl::StripTrailingAsciiWhitespace(content_.substr(OffsetOf(mark)));
    if (absl::StrContains(text, '\n')) return true;
    return absl::c_any_of(
        std::initializer_list<absl::string_view>{"’", "”", "＇", "＂"},
        [text](absl::string_view quote) {
          return absl::EndsWith(text, quote);
        });
  }

  // Whether a quote at `mark` is closed; true when there is none.
  bool IsClosed(const YAML::Mark& mark) const {
    const absl::string_view text = content_.substr(OffsetOf(mark));
    if (text.empty() || (text[0] != '"' && text[0] != '\'')) return true;
    for (size_t at = 1; at < text.size(); ++at) {
      const bool doubled = text.substr(at, 2) == "''";  // Stands for one.
      if (text[0] == '\'' ? doubled : text[at] == '\\') {
        ++at;
      } else if (text[at] == text[0]) {
        return true;
      }
    }
    return false;
  }

 private:
  // Bytes between two places whose code points are known.
  static constexpr size_t kStep = 256;

  size_t OffsetOf(const YAML::Mark& mark) const {
    const auto line = static_cast<size_t>(mark.line);
    if (mark.line < 0 || line >= starts_.size()) return content_.size();
    const size_t begin = starts_[line];
    return begin +
           std::min(static_cast<size_t>(mark.column), content_.size() - begin);
  }

  uint32_t CodePointsBefore(size_t offset) const {
    if (code_points_.empty()) return 0;
    const size_t step = std::min(offset / kStep, code_points_.size() - 1);
    uint32_t code_points = code_points_[step];
    for (size_t i = step * kStep; i < offset; ++i) {
      code_points += (content_[i] & 0xc0) != 0x80;
    }
    return code_points;
  }

  absl::string_view content_;
  std::vector<size_t> starts_;
  std::vector<uint32_t> code_points_;  // Before every kStep-th byte.
};

// Builds the tree from yaml-cpp's events. Open containers are on a stack; a
// finished node goes into the one on top.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(absl::string_view file, const Lines& lines, Faults& faults)
      : file_(file), lines_(lines), faults_(faults) {}

  YamlNode TakeRoot() { return std::move(root_); }

  // To yaml-cpp the end of the file closes a quote, when a line ends before it:
  // the text then has everything behind the quote.
  // nullopt: none is open.
  std::optional<YAML::Mark> OpenQuote() const {
    if (!last_quoted_ || lines_.IsClosed(*last_quoted_)) return std::nullopt;
    return last_quoted_;
  }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Count(mark);
    RefuseAnchor(mark, anchor);
    YamlNode node;
    node.position = lines_.At(mark);
    Finish(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    Fault(mark, "aliases (*name) are not allowed, write it out");
    Finish({});
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag,
                YAML::anchor_t anchor, const std::string& value) override {
    Count(mark);
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    YamlNode node;
    node.kind = YamlNode::Kind::kScalar;
    node.position = lines_.At(mark);
    node.quoted = tag == "!";
    if (node.quoted) last_quoted_ = mark;
    node.scalar = value;
    Finish(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Open(YamlNode::Kind::kSequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Open(YamlNode::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { Close(); }

 private:
  void Fault(const YAML::Mark& mark, absl::string_view message) {
    faults_.Add(file_, lines_.At(mark), message);
    if (faults_.IsFull()) Stop(mark, "too many faults, read no further");
  }

  void RefuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) Fault(mark, "anchors (&name) are not allowed");
  }

  void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    // "?": plain, "!": quoted.
    if (tag.empty() || tag == "?" || tag == "!") return;
    Fault(mark, absl::StrCat("tags are not allowed: ",
                             Shortened(tag, kQuotedBytesMax)));
  }

  void Open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    Count(mark);
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    if (open_.size() == kDepthMax) {
      Stop(mark, absl::StrCat("nested deeper than ", kDepthMax));
    }
    YamlNode node;
    node.kind = kind;
    node.position = lines_.At(mark);
    open_.push_back(std::move(node));
  }

  void Close() {
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    Finish(std::move(node));
  }

  void Count(const YAML::Mark& mark) {
    if (++nodes_ <= kYamlNodesMax) return;
    Stop(mark, absl::StrCat("more than ", kYamlNodesMax,
                            " values: move long lists of words or domains into "
                            "files of their own, under word_lists or "
                            "domain_lists"));
  }

  // As an error of yaml-cpp's own: nothing else stops its parser.
  [[noreturn]] static void Stop(const YAML::Mark& mark,
                                const std::string& why) {
    throw YAML::ParserException(mark, why);
  }

  void Finish(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    YamlNode& parent = open_.back();
    const bool is_key = parent.kind == YamlNode::Kind::kMap &&
                        parent.keys.size() == parent.items.size();
    // A value that is not there is where its key is.
    if (!is_key && node.kind == YamlNode::Kind::kNull && !parent.keys.empty()) {
      node.position = parent.keys.back().position;
    }
    node.position = std::max(node.position, parent.position);
    (is_key ? parent.keys : parent.items).push_back(std::move(node));
  }

  absl::string_view file_;
  const Lines& lines_;
  Faults& faults_;
  std::vector<YamlNode> open_;
  YamlNode root_;
  size_t nodes_ = 0;
  std::optional<YAML::Mark> last_quoted_;
};

}  // namespace

std::optional<YamlNode> ParseYaml(
    absl::string_view file, absl::string_view content,
    absl::FunctionRef<bool(Position stop)> explain, Faults& faults) {
  content = absl::StripPrefix(content, "\xef\xbb\xbf");  // A byte order mark.
  if (const auto bad = FirstInvalidUtf8(content)) {
    faults.Add(file, PositionOf(content, *bad), NotUtf8(content));
    return std::nullopt;
  }
  // yaml-cpp would guess UTF-16 from it.
  if (const size_t nul = content.find('\0'); nul != content.npos) {
    const bool other = SeemingEncoding(content) == Encoding::kUtf16;
    faults.Add(file, PositionOf(content, nul),
               other ? NotUtf8(content) : "a NUL byte");
    return std::nullopt;
  }
  if (content.size() > kYamlBytesMax) {
    faults.Add(file, PositionOf(content, 0),
               absl::StrCat(content.size(), " bytes, at most ", kYamlBytesMax,
                            " are read: move long lists of words or domains "
                            "into files of their own"));
    return std::nullopt;
  }
  const Lines lines(content);
  Faults found;
  TreeBuilder tree(file, lines, found);
  try {
    std::istringstream in{std::string(content)};
    YAML::Parser parser(in);
    parser.HandleNextDocument(tree);
    // One in the last line has its whole value, as packs in force may have it.
    if (const auto open = tree.OpenQuote(); open && lines.TakesTooMuch(*open)) {
      throw YAML::ParserException(*open, kOpenQuote);
    }
    YamlNode root = tree.TakeRoot();
    TreeBuilder rest(file, lines, found);
    if (parser.HandleNextDocument(rest)) {
      found.Add(file, rest.TakeRoot().position,
                "a second document, one is allowed");
    }
    if (found.empty()) return root;
  } catch (const YAML::ParserException& error) {
    faults.Take(found);
    // What is wrong behind an open quote is wrong because of it.
    const auto open = tree.OpenQuote();
    const Position stop = lines.At(open.value_or(error.mark));
    if (!explain(stop)) faults.Add(file, stop, open ? kOpenQuote : error.msg);
    return std::nullopt;
  }
  faults.Take(found);
  return std::nullopt;
}

}  // namespace sluice::rules
