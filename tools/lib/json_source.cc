#include "tools/lib/json_source.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"

namespace sluice::tools {
namespace {

constexpr char kBlanks[] = " \t\r\n";

uint64_t ColumnAt(absl::string_view line, size_t offset) {
  return rules::PositionOf(line, offset).column;
}

// Whether an object, an element or the end of the array may begin a line here.
bool BeginsAnew(absl::string_view line) {
  const size_t at = line.find_first_not_of(kBlanks);
  return at != line.npos &&
         (line[at] == '{' || line[at] == '[' || line[at] == ']');
}

}  // namespace

void JsonSource::Enter(NumberedLine line) {
  line_ = std::move(line);
  at_ = 0;
}

bool JsonSource::SkipToText() {
  for (;;) {
    at_ = line_.text.find_first_not_of(kBlanks, at_);
    if (at_ != std::string::npos) return true;
    Enter(lines_.Next());
    if (line_.state == LineReader::Line::kEnd) return false;
    if (line_.state == LineReader::Line::kTooLong) return true;
  }
}

JsonObject JsonSource::Begin() {
  JsonObject object;
  object.line = line_.number;
  object.column = ColumnAt(line_.text, at_);
  object.lines = line_.number > counted_ ? 1 : 0;
  counted_ = line_.number;
  return object;
}

std::optional<JsonObject> JsonSource::AtEnd() {
  if (array_line_ == 0) return std::nullopt;
  JsonObject object;
  object.line = std::exchange(array_line_, 0);
  object.column = array_column_;
  object.lines = 0;
  object.fault = SayBoth("从这里开始的数组没有结束",
                         "the array that begins here is never closed");
  return object;
}

std::optional<JsonObject> JsonSource::Next() {
  while (SkipToText()) {
    if (line_.state == LineReader::Line::kTooLong) {
      JsonObject object = Begin();
      object.fault = line_.fault;
      line_ = {};
      at_ = 0;
      return object;
    }
    const char c = line_.text[at_];
    if (c == '{') return ReadObject();
    if (c == '[' && array_line_ == 0) {
      array_line_ = line_.number;
      array_column_ = ColumnAt(line_.text, at_);
    } else if (c == ']' && array_line_ != 0) {
      array_line_ = 0;
    } else if (c != ',') {
      return Unreadable(Begin(),
                        SayBoth("这里应为以 { 开头的对象",
                                "an object, which begins with {, is expected"));
    }
    ++at_;
  }
  return AtEnd();
}

// Skips to a line where something may begin.
JsonObject JsonSource::Unreadable(JsonObject object, Both fault) {
  object.text.clear();
  object.fault = std::move(fault);
  for (;;) {
    NumberedLine next = lines_.Next();
    if (next.state == LineReader::Line::kEnd) break;
    const bool skip =
        next.state == LineReader::Line::kRead && !BeginsAnew(next.text);
    if (!skip) {
      lines_.GiveBack({std::move(next)});
      break;
    }
    // An empty line has no record that could be lost.
    if (absl::StripAsciiWhitespace(next.text).empty()) continue;
    object.lines += next.number - counted_;
    counted_ = next.number;
  }
  Enter({});
  return object;
}

size_t JsonSource::EndOfObject() {
  const std::string& text = line_.text;
  for (size_t i = at_; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string_) {
      if (c == '\\') ++i;
      if (c == '"') in_string_ = false;
      continue;
    }
    if (c == '"') in_string_ = true;
    if (c == '{' || c == '[') ++depth_;
    if ((c == '}' || c == ']') && --depth_ == 0) return i;
  }
  return std::string::npos;
}

bool JsonSource::GoOn(JsonObject& object) {
  if (in_string_) {
    object = Unreadable(std::move(object),
                        SayBoth("文字从第 $0 行开始，没有在这一行结束",
                                "a text is not closed in line $0, where it "
                                "begins",
                                line_.number));
    return false;
  }
  NumberedLine next = lines_.Next();
  const char last = absl::StripTrailingAsciiWhitespace(object.text).back();
  const bool other =
      next.state == LineReader::Line::kRead && last != ':' &&
      absl::StartsWith(absl::StripLeadingAsciiWhitespace(next.text), "{");
  if (next.state != LineReader::Line::kRead || other ||
      object.text.size() + next.text.size() >= LineReader::kTextLineMax) {
    object.text.clear();
    object.fault = next.state == LineReader::Line::kEnd
                       ? SayBoth("从这里开始的对象没有结束",
                                 "the object that begins here is never closed")
                       : SayBoth("从这里开始的对象到第 $0 行还没有结束",
                                 "the object that begins here is not closed "
                                 "before line $0",
                                 next.number);
    if (next.state != LineReader::Line::kEnd) {
      lines_.GiveBack({std::move(next)});
    }
    Enter({});
    return false;
  }
  Enter(std::move(next));
  ++object.lines;
  counted_ = line_.number;
  return true;
}

JsonObject JsonSource::ReadObject() {
  JsonObject object = Begin();
  depth_ = 0;
  in_string_ = false;
  for (;;) {
    const size_t end = EndOfObject();
    if (end != std::string::npos) {
      absl::StrAppend(&object.text, line_.text.substr(at_, end + 1 - at_));
      at_ = end + 1;
      CheckRest(object);
      return object;
    }
    absl::StrAppend(&object.text, line_.text.substr(at_), "\n");
    if (!GoOn(object)) return object;
  }
}

// An object with one brace too many is not taken for a good one.
void JsonSource::CheckRest(JsonObject& object) {
  const size_t at = line_.text.find_first_not_of(kBlanks, at_);
  if (at == std::string::npos) return;
  const char c = line_.text[at];
  if (c == ',' || c == '{' || (c == ']' && array_line_ != 0)) return;
  object.text.clear();
  object.fault =
      SayBoth("第 $0 行第 $1 列，对象之后的内容不是 JSON",
              "what follows the object in line $0 column $1 is no JSON",
              line_.number, ColumnAt(line_.text, at));
  Enter({});
}

}  // namespace sluice::tools
