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
#include "rules/base/language.h"
#include "rules/base/merge_marks.h"
#include "rules/base/quoted.h"
#include "rules/pack/yaml_stops.h"

namespace sluice::rules {
namespace {

constexpr size_t kDepthMax = 32;
constexpr Words kOpenQuote = {"从这里开始的引号没有结束",
                              "the quote that opens here is never closed"};

// What yaml-cpp says of the faults that people make; the rare ones are said in
// English.
Both BothOfParser(const std::string& fault) {
  static const Words kFaults[] = {
      {"这里不能有值：可能多了“: ”，上一行缺了冒号，或缩进不对",
       YAML::ErrorMsg::MAP_VALUE},
      {"这里不能有键：缩进不对，或缺了逗号", YAML::ErrorMsg::MAP_KEY},
      {"这里不能有“- ”：缩进不对", YAML::ErrorMsg::BLOCK_ENTRY},
      {"“键: 值”到这里中断：缩进不对，或上一行没有写完",
       YAML::ErrorMsg::END_OF_MAP},
      {"列表到这里中断：缩进不对，或缺了“- ”", YAML::ErrorMsg::END_OF_SEQ},
      {"缺了“}”", YAML::ErrorMsg::END_OF_MAP_FLOW},
      {"缺了“]”", YAML::ErrorMsg::END_OF_SEQ_FLOW},
      {"多了“]”或“}”", YAML::ErrorMsg::FLOW_END},
      {"缩进用了制表符，请改用空格", YAML::ErrorMsg::TAB_IN_INDENTATION},
      {"这里的字符不能这样用，请把文字放在引号里",
       YAML::ErrorMsg::UNKNOWN_TOKEN},
      {"文字中有不能这样用的字符，请把文字放在引号里",
       YAML::ErrorMsg::CHAR_IN_SCALAR},
      {"文字没有写完文件就结束了", YAML::ErrorMsg::EOF_IN_SCALAR},
      {"文字中有“---”或“...”，请把文字放在引号里",
       YAML::ErrorMsg::DOC_IN_SCALAR},
      {"“|”或“>”之后有多余的字符", YAML::ErrorMsg::CHAR_IN_BLOCK},
      {"“*”之后没有名称；以“*”开头的文字请放在引号里",
       YAML::ErrorMsg::ALIAS_NOT_FOUND},
      {"“&”之后没有名称；以“&”开头的文字请放在引号里",
       YAML::ErrorMsg::ANCHOR_NOT_FOUND},
      {"“*”开头的名称没有定义；以“*”开头的文字请放在引号里",
       YAML::ErrorMsg::UNKNOWN_ANCHOR},
      {"“*”之后的名称中有不能用的字符；以“*”开头的文字请放在引号里",
       YAML::ErrorMsg::CHAR_IN_ALIAS},
      {"“&”之后的名称中有不能用的字符；以“&”开头的文字请放在引号里",
       YAML::ErrorMsg::CHAR_IN_ANCHOR},
  };
  for (const Words& words : kFaults) {
    if (words.english == fault) return {std::string(words.chinese), fault};
  }
  if (absl::StartsWith(fault, YAML::ErrorMsg::INVALID_ESCAPE)) {
    return {
        absl::StrCat("双引号中的“\\”后面不能是这个字符，请改用单引号：",
                     absl::StripPrefix(fault, YAML::ErrorMsg::INVALID_ESCAPE)),
        fault};
  }
  return {"", fault};
}

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

  // What Stop() was called with, else what the parser's error says.
  Both WhyOf(const YAML::ParserException& error) const {
    return stopped_.english.empty() ? BothOfParser(error.msg) : stopped_;
  }

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
    Fault(mark, SayBoth("不能用别名（*名称），请写全；以“*”开头的文字请放在"
                        "引号里",
                        "aliases (*name) are not allowed, write it out"));
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
  void Fault(const YAML::Mark& mark, Both message) {
    faults_.Add(file_, lines_.At(mark), std::move(message));
    if (faults_.IsFull()) {
      Stop(mark,
           SayBoth("问题过多，不再读下去", "too many faults, read no further"));
    }
  }

  void RefuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor == 0) return;
    Fault(mark, SayBoth("不能用锚点（&名称）；以“&”开头的文字请放在引号里",
                        "anchors (&name) are not allowed"));
  }

  void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    // "?": plain, "!": quoted.
    if (tag.empty() || tag == "?" || tag == "!") return;
    Fault(mark,
          SayBoth("不能用标签：$0；以“!”开头的文字请放在引号里",
                  "tags are not allowed: $0", Shortened(tag, kQuotedBytesMax)));
  }

  void Open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    Count(mark);
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    if (open_.size() == kDepthMax) {
      Stop(mark, SayBoth("嵌套超过 $0 层", "nested deeper than $0", kDepthMax));
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
    Stop(mark,
         SayBoth("超过 $0 个值：请把长的词表或域名列表移到单独的文件，写在 "
                 "word_lists 或 domain_lists 下",
                 "more than $0 values: move long lists of words or "
                 "domains into files of their own, under word_lists or "
                 "domain_lists",
                 kYamlNodesMax));
  }

  // As an error of yaml-cpp's own: nothing else stops its parser.
  [[noreturn]] void Stop(const YAML::Mark& mark, Both why) {
    std::string english = why.english;
    stopped_ = std::move(why);
    throw YAML::ParserException(mark, english);
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
  Both stopped_;
};

Both BothNotUtf8(absl::string_view content) {
  return {NotUtf8(content, Language::kChinese), NotUtf8(content)};
}

}  // namespace

Both OpenQuoteFault() {
  return {std::string(kOpenQuote.chinese), std::string(kOpenQuote.english)};
}

namespace {

// The last value of the file, which is the one with the open quote.
void WarnOfOpen(absl::string_view file, YamlNode& root, Faults& faults) {
  YamlNode* last = &root;
  while (!last->items.empty()) last = &last->items.back();
  last->open = true;
  faults.warnings().Add(file, last->position,
                        SayBoth("没有结束的引号", "quotes that are open"),
                        OpenQuoteFault());
}

// Whether `content` is UTF-8 text; else with a fault.
bool IsText(absl::string_view file, absl::string_view content, Faults& faults) {
  if (const auto bad = FirstInvalidUtf8(content)) {
    faults.Add(file, PositionOf(content, *bad), BothNotUtf8(content));
    return false;
  }
  // Word's rich text is ASCII.
  if (Both fault = NoTextFault(content); !fault.english.empty()) {
    faults.Add(file, {1, 1}, std::move(fault));
    return false;
  }
  // yaml-cpp would guess UTF-16 from it.
  const size_t nul = content.find('\0');
  if (nul == content.npos) return true;
  const bool other = SeemingEncoding(content) == Encoding::kUtf16;
  faults.Add(
      file, PositionOf(content, nul),
      other ? BothNotUtf8(content) : SayBoth("有 NUL 字节", "a NUL byte"));
  return false;
}

// One in a text of several lines stops no parser.
void WarnOfMergeMark(absl::string_view file, absl::string_view content,
                     Faults& faults) {
  auto mark = FindMergeMark(content);
  if (!mark) return;
  faults.warnings().Add(file, mark->position,
                        SayBoth("合并冲突标记", "marks of merges"),
                        std::move(mark->what));
}

}  // namespace

std::optional<YamlNode> ParseYaml(
    absl::string_view file, absl::string_view content,
    absl::FunctionRef<bool(Position stop)> explain, Faults& faults) {
  content = absl::StripPrefix(content, "\xef\xbb\xbf");  // A byte order mark.
  if (!IsText(file, content, faults)) return std::nullopt;
  if (content.size() > kYamlBytesMax) {
    faults.Add(
        file, PositionOf(content, 0),
        SayBoth("共 $0 字节，最多读 $1 字节：请把长的词表或域名列表移到单"
                "独的文件",
                "$0 bytes, at most $1 are read: move long lists of "
                "words or domains into files of their own",
                content.size(), kYamlBytesMax));
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
      throw YAML::ParserException(*open, std::string(kOpenQuote.english));
    }
    YamlNode root = tree.TakeRoot();
    if (tree.OpenQuote()) WarnOfOpen(file, root, faults);
    TreeBuilder rest(file, lines, found);
    if (parser.HandleNextDocument(rest)) {
      found.Add(file, rest.TakeRoot().position,
                SayBoth("出现了第二个文档（---），只能有一个",
                        "a second document, one is allowed"));
    }
    if (found.empty()) {
      WarnOfMergeMark(file, content, faults);
      return root;
    }
  } catch (const YAML::ParserException& error) {
    faults.Take(found);
    // What is wrong behind an open quote is wrong because of it.
    const auto open = tree.OpenQuote();
    const Position stop = lines.At(open.value_or(error.mark));
    if (explain(stop)) return std::nullopt;
    const auto before = open ? std::nullopt : FindYamlStop(content, stop);
    if (before) {
      faults.Add(file, before->position, before->what);
    } else {
      faults.Add(file, stop, open ? OpenQuoteFault() : tree.WhyOf(error));
    }
    return std::nullopt;
  }
  faults.Take(found);
  return std::nullopt;
}

}  // namespace sluice::rules
