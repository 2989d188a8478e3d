#include "tools/lib/record_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "rules/base/both_error.h"
#include "rules/base/encoding.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "tools/lib/control_characters.h"
#include "tools/lib/json_record.h"

namespace sluice::tools {
namespace {

// The column of the byte at `offset`, in characters from 1.
uint32_t ColumnAt(absl::string_view line, size_t offset) {
  return rules::PositionOf(line, offset).column;
}

std::string Unescape(absl::string_view cell) {
  std::string out;
  for (size_t i = 0; i < cell.size(); ++i) {
    const char next = i + 1 < cell.size() ? cell[i + 1] : '\0';
    if (cell[i] != '\\' || (next != 't' && next != 'n' && next != '\\')) {
      out.push_back(cell[i]);
      continue;
    }
    out.push_back(next == 't' ? '\t' : next == 'n' ? '\n' : '\\');
    ++i;
  }
  return out;
}

std::vector<rules::CsvCell> SplitTsv(absl::string_view line) {
  std::vector<rules::CsvCell> cells;
  for (size_t at = 0;;) {
    const size_t tab = line.find('\t', at);
    cells.push_back({Unescape(line.substr(at, tab - at)), ColumnAt(line, at)});
    if (tab == absl::string_view::npos) return cells;
    at = tab + 1;
  }
}

// The column that every line needs.
constexpr char kRecipient[] = "recipient";

// Longer than any message.
constexpr size_t kLineMax = LineReader::kTextLineMax;

// The least digits of a cell that is a number, perhaps a wrong one.
constexpr int kNumberDigits = 5;

// Whether `cell` is written as a telephone number, good or not.
bool LooksLikeNumber(absl::string_view cell) {
  int digits = 0;
  for (const char c : cell) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      ++digits;
    } else if (!absl::StrContains(" +-", c)) {
      return false;
    }
  }
  return digits >= kNumberDigits;
}

// The fault of a record that is not UTF-8.
Both NotUtf8Fault(absl::string_view text) {
  Both fault = {rules::NotUtf8(text, Language::kChinese), rules::NotUtf8(text)};
  if (absl::StrContains(fault.english, ":")) return fault;
  return {
      absl::StrCat(fault.chinese, "：请把文件另存为 UTF-8，或给出 --encoding"),
      absl::StrCat(fault.english,
                   ": save the file as UTF-8, or give --encoding")};
}

// `here`: the fault is reported where the quote opens.
Both QuoteFault(bool here, uint64_t line, uint64_t column, const Both& what) {
  if (here) {
    return SayBoth("从这里开始的引号$0", "the quote that opens here $1",
                   what.chinese, what.english);
  }
  return SayBoth("从第 $0 行第 $1 列开始的引号$2",
                 "the quote that opens in line $0 column $1 $3", line, column,
                 what.chinese, what.english);
}

}  // namespace

std::optional<FileFormat> FormatOfName(absl::string_view path) {
  const std::string name = absl::AsciiStrToLower(path);
  if (absl::EndsWith(name, ".csv")) return FileFormat::kCsv;
  if (absl::EndsWith(name, ".tsv") || absl::EndsWith(name, ".txt")) {
    return FileFormat::kTsv;
  }
  if (absl::EndsWith(name, ".jsonl") || absl::EndsWith(name, ".ndjson") ||
      absl::EndsWith(name, ".json")) {
    return FileFormat::kJsonLines;
  }
  return std::nullopt;
}

absl::StatusOr<FileFormat> ParseFormat(absl::string_view name) {
  if (name == "tsv") return FileFormat::kTsv;
  if (name == "csv") return FileFormat::kCsv;
  if (name == "jsonl") return FileFormat::kJsonLines;
  return ErrorOf(absl::StatusCode::kInvalidArgument,
                 SayBoth("没有格式“$0”，可用 tsv、csv、jsonl",
                         "format \"$0\" is not one of tsv, csv, jsonl", name));
}

absl::StatusOr<std::optional<FileFormat>> ChooseFormat(absl::string_view name,
                                                       absl::string_view path) {
  if (name.empty()) return FormatOfName(path);
  SLUICE_ASSIGN_OR_RETURN(const FileFormat format, ParseFormat(name));
  return std::optional(format);
}

RecordReader::RecordReader(std::istream& in, std::optional<FileFormat> format,
                           RecordSchema schema)
    : lines_(in, kLineMax),
      json_(lines_),
      format_(format),
      schema_(std::move(schema)),
      columns_(schema_.without_names) {}

void RecordReader::Decide(absl::string_view line) {
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(line);
  if (absl::StartsWith(text, "{") || absl::StartsWith(text, "[")) {
    format_ = FileFormat::kJsonLines;
  } else {
    format_ =
        absl::StrContains(line, "\t") ? FileFormat::kTsv : FileFormat::kCsv;
  }
}

std::optional<InputPlace> RecordReader::NextJson(
    google::protobuf::Message& message) {
  const std::optional<JsonObject> object = json_.Next();
  if (!object) return std::nullopt;
  InputPlace out;
  out.line = object->line;
  out.lines = object->lines;
  const auto fault = [&](Both what, size_t offset) {
    const rules::Position at = rules::PositionOf(object->text, offset);
    out.line = object->line + at.line - 1;
    out.column = at.line == 1 ? object->column + at.column - 1 : at.column;
    out.error = std::move(what);
    return out;
  };
  if (!object->fault.english.empty()) return fault(object->fault, 0);
  if (const auto bad = rules::FirstInvalidUtf8(object->text)) {
    return fault(NotUtf8Fault(object->text), *bad);
  }
  const JsonFault parsed =
      ParseJsonRecord(object->text, schema_.json_names, message);
  if (!parsed.what.english.empty()) return fault(parsed.what, parsed.offset);
  if (const auto found = FindControl(message)) {
    const std::string field = found->path.substr(found->path.rfind('.') + 1);
    return fault(
        ControlFault(*found),
        FirstControl(object->text).value_or(JsonValueAt(object->text, field)));
  }
  return out;
}

// Whether the line alone could be a record, which a quote that is open must not
// hide.
bool RecordReader::MayBeRecord(absl::string_view line) {
  const auto row = probe_.Take(line);
  if (row == rules::CsvReader::Row::kOpen) probe_.Drop();
  const auto recipient =
      std::find(columns_.begin(), columns_.end(), kRecipient);
  const auto at = static_cast<size_t>(recipient - columns_.begin());
  const std::vector<rules::CsvCell>& cells = probe_.cells();
  return at < cells.size() && LooksLikeNumber(cells[at].text);
}

// A quoted cell may continue on the next lines.
void RecordReader::SplitCsv(NumberedLine line, InputPlace& place) {
  uint64_t quote_line = place.line;
  uint64_t quote_column = 1;
  uint64_t octets = line.octets;
  std::vector<NumberedLine> more;
  const auto give_up = [&](const Both& what) {
    const bool here = quote_line == place.line;
    place.column = here ? quote_column : 1;
    place.error = QuoteFault(here, quote_line, quote_column, what);
    csv_.Drop();
    lines_.GiveBack(std::move(more));
  };
  const std::string* text = &line.text;
  for (size_t cells = 0;;) {
    const rules::CsvReader::Row row = csv_.Take(*text);
    if (row == rules::CsvReader::Row::kDone) {
      place.lines = more.size() + 1;
      return;
    }
    if (row == rules::CsvReader::Row::kFault) {
      if (!more.empty()) {
        return give_up(SayBoth("在第 $0 行结束，其后没有逗号",
                               "is closed in line $0, where no comma follows",
                               more.back().number));
      }
      place.column = csv_.fault_column();
      place.error = SayBoth("引号结束之后应为逗号",
                            "a comma is expected after the closing quote");
      return;
    }
    quote_column = csv_.fault_column();
    if (schema_.one_line) {
      return give_up(SayBoth("没有在同一行结束", "is not closed in its line"));
    }
    if (csv_.cells().size() > cells && !more.empty()) {
      quote_line = more.back().number;
    }
    cells = csv_.cells().size();
    NumberedLine next = lines_.Next();
    if (next.state == LineReader::Line::kEnd) {
      return give_up(SayBoth("没有结束", "is never closed"));
    }
    const uint64_t number = next.number;
    const bool record = MayBeRecord(next.text);
    octets += next.octets;
    more.push_back(std::move(next));
    if (octets > kLineMax) {
      return give_up(SayBoth("在 $0 字节之内没有结束",
                             "is not closed within $0 octets", kLineMax));
    }
    if (record) {
      return give_up(SayBoth("到第 $0 行还没有结束，而那一行是另一条记录",
                             "is not closed before line $0, which begins "
                             "another record",
                             number));
    }
    NoteControl(number, more.back().text);
    text = &more.back().text;
  }
}

std::string RecordReader::ColumnNamed(const std::string& written) const {
  std::string name = absl::AsciiStrToLower(absl::StripAsciiWhitespace(written));
  for (const auto& [alias, column] : schema_.aliases) {
    if (name == alias) return column;
  }
  return name;
}

bool RecordReader::IsKnown(const std::string& column) const {
  return std::find(schema_.columns.begin(), schema_.columns.end(), column) !=
         schema_.columns.end();
}

bool RecordReader::NamesColumns(
    const std::vector<rules::CsvCell>& cells) const {
  bool known = false;
  bool digit = false;
  for (const rules::CsvCell& cell : cells) {
    const std::string name = ColumnNamed(cell.text);
    if (name == kRecipient) return true;
    known = known || IsKnown(name);
    digit = digit || std::any_of(name.begin(), name.end(), absl::ascii_isdigit);
  }
  return known && !digit;
}

std::string RecordReader::ChineseColumns(
    const std::vector<std::string>& columns) const {
  std::vector<std::string> names;
  for (const std::string& column : columns) {
    const auto chinese =
        std::find_if(schema_.aliases.begin(), schema_.aliases.end(),
                     [&column](const auto& alias) {
                       return alias.second == column &&
                              !absl::ascii_isascii(
                                  static_cast<unsigned char>(alias.first[0]));
                     });
    names.push_back(chinese == schema_.aliases.end() ? column : chinese->first);
  }
  return absl::StrJoin(names, "、");
}

Both RecordReader::TakeHeader(const std::vector<rules::CsvCell>& cells,
                              uint64_t& column) {
  const std::string known = absl::StrJoin(schema_.columns, ", ");
  const std::string chinese = ChineseColumns(schema_.columns);
  std::vector<std::string> names;
  for (const rules::CsvCell& cell : cells) {
    std::string name = ColumnNamed(cell.text);
    column = cell.column;
    if (!IsKnown(name)) {
      return SayBoth(
          "首行的列名“$0”不认识；可用的列：$2。没有读取任何一行",
          "the first line names an unknown column \"$0\"; known columns: $1. "
          "No line was read",
          name, known, chinese);
    }
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      return SayBoth("列“$0”重复。没有读取任何一行",
                     "column \"$0\" comes twice. No line was read", name);
    }
    names.push_back(std::move(name));
  }
  column = 1;
  if (std::find(names.begin(), names.end(), kRecipient) == names.end()) {
    return SayBoth("首行没有列“$2”；可用的列：$3。没有读取任何一行",
                   "the first line names no column \"$0\"; known columns: $1. "
                   "No line was read",
                   kRecipient, known, ChineseColumns({std::string(kRecipient)}),
                   chinese);
  }
  if (!schema_.required.empty() &&
      std::find(names.begin(), names.end(), schema_.required) == names.end()) {
    return SayBoth("首行没有列“$0”。没有读取任何一行",
                   "the first line names no column \"$0\". No line was read",
                   schema_.required_name);
  }
  columns_ = std::move(names);
  column = 0;
  return {};
}

void RecordReader::ReadCells(const std::vector<rules::CsvCell>& cells,
                             InputPlace& out,
                             google::protobuf::Message& message) const {
  const size_t common = std::min(cells.size(), columns_.size());
  if (cells.size() != columns_.size()) {
    out.column = cells[common - (common == cells.size() ? 1 : 0)].column;
    out.error =
        SayBoth("有 $0 列，应为 $2 列（$5）", "$0 $1 where $2 $3 expected ($4)",
                cells.size(), cells.size() == 1 ? "column" : "columns",
                columns_.size(), columns_.size() == 1 ? "is" : "are",
                absl::StrJoin(columns_, ", "), ChineseColumns(columns_));
    return;
  }
  for (size_t i = 0; i < common; ++i) {
    out.error = schema_.set(columns_[i], cells[i].text, message);
    if (out.good()) continue;
    out.column = cells[i].column;
    return;
  }
}

void RecordReader::NoteControl(uint64_t line, absl::string_view text) {
  if (control_) return;
  const auto at = FirstControl(text);
  if (!at) return;
  control_.emplace();
  control_->line = line;
  control_->column = ColumnAt(text, *at);
}

void RecordReader::RefuseControl(const google::protobuf::Message& message,
                                 InputPlace& place) const {
  const auto found = FindControl(message);
  if (!found) return;
  place.error = ControlFault(*found);
  place.column = control_ ? control_->column : 1;
  if (control_) place.line = control_->line;
}

std::optional<InputPlace> RecordReader::ReadRow(
    NumberedLine line, google::protobuf::Message& message) {
  InputPlace out;
  out.line = line.number;
  if (const auto bad = rules::FirstInvalidUtf8(line.text)) {
    out.column = ColumnAt(line.text, *bad);
    out.error = NotUtf8Fault(line.text);
    return out;
  }
  control_.reset();
  NoteControl(line.number, line.text);
  std::vector<rules::CsvCell> cells;
  if (format_ == FileFormat::kTsv) {
    cells = SplitTsv(line.text);
  } else {
    SplitCsv(std::move(line), out);
    if (!out.good()) return out;
    cells = csv_.cells();
  }
  if (std::exchange(header_possible_, false) &&
      (!schema_.required.empty() || NamesColumns(cells))) {
    out.error = TakeHeader(cells, out.column);
    ended_ = out.ends_file = !out.good();
    if (!ended_) return std::nullopt;
    // Every line of the file is named.
    out.lines = lines_.Drain() - out.line + 1;
    return out;
  }
  ReadCells(cells, out, message);
  if (out.good()) RefuseControl(message, out);
  return out;
}

// What the end of the file says.
std::optional<InputPlace> RecordReader::AtEnd() {
  if (!lines_.broken() || std::exchange(ended_, true)) return std::nullopt;
  InputPlace out;
  out.line = lines_.read() + 1;
  out.column = 1;
  out.error =
      SayBoth("从这里开始无法读取文件", "the file cannot be read from here on");
  out.ends_file = true;
  return out;
}

std::optional<InputPlace> RecordReader::NextRecord(
    google::protobuf::Message& message) {
  for (;;) {
    if (format_ == FileFormat::kJsonLines) return NextJson(message);
    NumberedLine line = lines_.Next();
    if (line.state == LineReader::Line::kEnd) return std::nullopt;
    if (line.state == LineReader::Line::kTooLong) {
      InputPlace out;
      out.line = line.number;
      out.column = 1;
      out.error = line.fault;
      return out;
    }
    if (absl::StripAsciiWhitespace(line.text).empty()) continue;
    if (!format_) {
      Decide(line.text);
      if (format_ == FileFormat::kJsonLines) {
        lines_.GiveBack({std::move(line)});
        continue;
      }
    }
    std::optional<InputPlace> out = ReadRow(std::move(line), message);
    if (out) return out;  // Else it is the line of names.
  }
}

std::optional<InputPlace> RecordReader::Next(
    google::protobuf::Message& message) {
  if (ended_) return std::nullopt;
  auto place = NextRecord(message);
  return place ? place : AtEnd();
}

}  // namespace sluice::tools
