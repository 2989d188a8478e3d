#include "rules/pack/yaml_layout.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace sluice::rules {
namespace {

bool IsBlank(absl::string_view line) {
  return absl::StripAsciiWhitespace(line).empty();
}

size_t Indent(absl::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

bool IsComment(absl::string_view line) {
  return absl::StartsWith(absl::StripLeadingAsciiWhitespace(line), "#");
}

}  // namespace

YamlLayout::YamlLayout(absl::string_view text)
    : text_(text), line_end_(absl::StrContains(text, "\r\n") ? "\r\n" : "\n") {
  starts_.push_back(0);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && i + 1 < text.size()) starts_.push_back(i + 1);
  }
}

size_t YamlLayout::LineBegin(size_t line) const {
  return line < starts_.size() ? starts_[line] : text_.size();
}

absl::string_view YamlLayout::Line(size_t line) const {
  const size_t begin = LineBegin(line);
  return text_.substr(begin, LineBegin(line + 1) - begin);
}

size_t YamlLayout::Begin(const YamlNode& node) const {
  size_t at = LineBegin(LineOf(node));
  for (uint32_t column = 1; column < node.position.column; ++column) {
    do {
      ++at;
    } while (at < text_.size() && (text_[at] & 0xc0) == 0x80);
  }
  return std::min(at, text_.size());
}

bool YamlLayout::IsFlow(const YamlNode& node) const {
  const size_t at = Begin(node);
  return at < text_.size() && (text_[at] == '[' || text_[at] == '{');
}

size_t YamlLayout::QuotedEnd(size_t at) const {
  const char quote = text_[at];
  for (size_t i = at + 1; i < text_.size(); ++i) {
    const bool doubled = quote == '\'' && text_.substr(i, 2) == "''";
    if (doubled || (quote == '"' && text_[i] == '\\')) {
      ++i;
    } else if (text_[i] == quote) {
      return i + 1;
    }
  }
  return text_.size();
}

size_t YamlLayout::CollectionEnd(size_t at) const {
  size_t depth = 0;
  char before = ' ';  // The last byte that is no blank.
  for (size_t i = at; i < text_.size(); ++i) {
    const char c = text_[i];
    if (absl::ascii_isspace(c)) continue;
    if (c == '#' && absl::ascii_isspace(text_[i - 1])) {
      i = std::min(text_.find('\n', i), text_.size());
      continue;
    }
    if ((c == '"' || c == '\'') && absl::StrContains("[{,:", before)) {
      i = QuotedEnd(i) - 1;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if ((c == ']' || c == '}') && --depth == 0) {
      return i + 1;
    }
    before = c;
  }
  return text_.size();
}

size_t YamlLayout::End(const YamlNode& node) const {
  const size_t begin = Begin(node);
  if (begin >= text_.size()) return begin;
  const char first = text_[begin];
  if (first == '"' || first == '\'') return QuotedEnd(begin);
  if (first == '[' || first == '{') return CollectionEnd(begin);
  if (first == '|' || first == '>') {
    const size_t line = LineOf(node);
    const size_t end = LineBegin(BlockEnd(line, Indent(Line(line))));
    return absl::EndsWith(text_.substr(0, end), "\n") ? end - line_end_.size()
                                                      : end;
  }
  // A plain text has its own bytes, unless it goes on in the next line.
  return std::min(begin + node.scalar.size(), text_.size());
}

size_t YamlLayout::BlockEnd(size_t line, size_t indent) const {
  size_t end = line + 1;
  for (size_t next = end; next < starts_.size(); ++next) {
    if (IsBlank(Line(next))) continue;
    if (Indent(Line(next)) <= indent) break;
    end = next + 1;
  }
  return end;
}

size_t YamlLayout::FieldEnd(const YamlNode& key, const YamlNode& value) const {
  // The dashes of a list may stand under its key.
  if (value.kind == YamlNode::Kind::kSequence && !IsFlow(value)) {
    return BlockEnd(LineOf(value.items.back()), IndentOf(value));
  }
  return BlockEnd(LineOf(key), IndentOf(key));
}

size_t YamlLayout::CommentAbove(size_t line) const {
  size_t first = line;
  while (first > 0 && IsComment(Line(first - 1))) --first;
  const bool paragraph = first > 0 && IsBlank(Line(first - 1));
  return paragraph ? first : line;
}

}  // namespace sluice::rules
