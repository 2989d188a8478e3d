#include "tools/lib/record_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "rules/base/faults.h"
#include "rules/base/status_macros.h"
#include "tools/lib/words.h"

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

// Protobuf's error has a line with ^ under the fault; its position is the
// column.
uint64_t CaretColumn(absl::string_view error) {
  const size_t caret = error.rfind('^');
  if (caret == absl::string_view::npos) return 1;
  const size_t line = error.rfind('\n', caret);
  return line == absl::string_view::npos ? 1 : caret - line;
}

// The column that every line needs.
constexpr char kRecipient[] = "recipient";

// Longer than any message.
constexpr size_t kLineMax = LineReader::kTextLineMax;

// "text" of protobuf's "(text): invalid value" and "text: Cannot find field".
absl::string_view FieldOf(absl::string_view error) {
  absl::string_view field = error.substr(0, error.find(':'));
  field = field.substr(
      field.rfind('.') == absl::string_view::npos ? 0 : field.rfind('.') + 1);
  absl::ConsumePrefix(&field, "(");
  absl::ConsumeSuffix(&field, ")");
  return field;
}

// The column of the value of `key` in a line of JSON, after the key and a
// colon. Quotes inside a string are escaped, so a match is never inside a text.
uint64_t ValueColumn(absl::string_view line, absl::string_view key) {
  const std::string name = absl::StrCat("\"", key, "\"");
  for (size_t at = line.find(name); at != absl::string_view::npos;
       at = line.find(name, at + 1)) {
    const size_t colon = line.find_first_not_of(" \t", at + name.size());
    if (colon == absl::string_view::npos || line[colon] != ':') continue;
    const size_t value = line.find_first_not_of(" \t", colon + 1);
    return ColumnAt(line, std::min(value, line.size()));
  }
  return 1;
}

// Replaces short names of enum values, which people write, by the full names
// that protobuf requires.
class EnumSpeller {
 public:
  EnumSpeller(absl::string_view line, InputPlace& place)
      : line_(line), place_(place) {}

  // Whether a name was replaced. Faults are in `place`.
  bool changed() const { return changed_; }

  void Spell(const google::protobuf::Descriptor& type,
             google::protobuf::Struct& object) {
    for (int i = 0; i < type.field_count(); ++i) {
      const google::protobuf::FieldDescriptor& field = *type.field(i);
      for (const std::string& key : {field.name(), field.json_name()}) {
        const auto found = object.mutable_fields()->find(key);
        if (found == object.mutable_fields()->end()) continue;
        google::protobuf::Value& value = found->second;
        if (!value.has_list_value()) {
          SpellValue(field, key, value);
          continue;
        }
        for (auto& one : *value.mutable_list_value()->mutable_values()) {
          SpellValue(field, key, one);
        }
      }
    }
  }

 private:
  void SpellValue(const google::protobuf::FieldDescriptor& field,
                  const std::string& key, google::protobuf::Value& value) {
    if (field.message_type() != nullptr && value.has_struct_value()) {
      Spell(*field.message_type(), *value.mutable_struct_value());
    }
    if (field.enum_type() == nullptr) return;
    std::string written = value.string_value();
    if (value.has_number_value()) {
      const int number = static_cast<int>(value.number_value());
      if (field.enum_type()->FindValueByNumber(number) != nullptr) return;
      written = absl::StrCat(number);
    } else if (!value.has_string_value()) {
      return;  // Protobuf reports the fault.
    }
    const absl::StatusOr<int> parsed = ParseEnum(*field.enum_type(), written);
    if (!parsed.ok()) {
      place_.column = ValueColumn(line_, key);
      place_.error = absl::StrCat(key, " ", parsed.status().message());
      return;
    }
    const std::string& name =
        field.enum_type()->FindValueByNumber(*parsed)->name();
    if (written == name) return;
    value.set_string_value(name);
    changed_ = true;
  }

  const absl::string_view line_;
  InputPlace& place_;
  bool changed_ = false;
};

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
  return absl::InvalidArgumentError(
      absl::StrCat("format \"", name, "\" is not one of tsv, csv, jsonl"));
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
      format_(format),
      schema_(std::move(schema)),
      columns_(schema_.without_names) {}

void RecordReader::Decide(absl::string_view line) {
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(line), "{")) {
    format_ = FileFormat::kJsonLines;
  } else {
    format_ =
        absl::StrContains(line, "\t") ? FileFormat::kTsv : FileFormat::kCsv;
  }
}

void RecordReader::ReadJson(const std::string& line, InputPlace& place,
                            google::protobuf::Message& message) const {
  using google::protobuf::util::JsonStringToMessage;
  google::protobuf::Struct object;
  auto status = JsonStringToMessage(line, &object);
  std::string spelled;
  if (status.ok()) {
    EnumSpeller speller(line, place);
    speller.Spell(*message.GetDescriptor(), object);
    if (!place.error.empty()) return;
    if (speller.changed()) {
      status = google::protobuf::util::MessageToJsonString(object, &spelled);
    }
  }
  if (status.ok()) {
    status = JsonStringToMessage(spelled.empty() ? line : spelled, &message);
  }
  if (status.ok()) return;
  const std::string error(absl::StripPrefix(status.message().ToString(), ": "));
  place.column = absl::StrContains(error, "^")
                     ? CaretColumn(error)
                     : ValueColumn(line, FieldOf(error));
  // The error's later lines quote the message's text, and a value that does not
  // parse may be a number or a text: show neither.
  std::string first = error.substr(0, error.find('\n'));
  const size_t value = first.find("invalid value ");
  const size_t type = first.find(" for type ");
  if (value != std::string::npos && type != std::string::npos && type > value) {
    first.replace(value, type - value, "a value that is not");
    absl::StrReplaceAll(
        {{" for type TYPE_", " of type "},
         {" for type type.googleapis.com/google.protobuf.", " of type "}},
        &first);
  }
  if (absl::EndsWith(first, ".")) first.pop_back();
  place.error = absl::StrCat("no ", schema_.message, " in JSON: ", first);
}

// A quoted cell may continue on the next lines.
void RecordReader::SplitCsv(std::string line, InputPlace& place) {
  uint64_t quote_line = place.line;
  uint64_t octets = line.size();
  for (size_t cells = 0;;) {
    switch (csv_.Take(line)) {
      case rules::CsvReader::Row::kDone:
        return;
      case rules::CsvReader::Row::kFault:
        place.column = csv_.fault_column();
        place.lines = lines_.number() - place.line + 1;
        place.error = "a comma is expected after the closing quote";
        return;
      case rules::CsvReader::Row::kOpen:
        break;
    }
    if (csv_.cells().size() > cells) quote_line = lines_.number();
    cells = csv_.cells().size();
    const LineReader::Line next = lines_.Next(line);
    if (next == LineReader::Line::kEnd) {
      return ReportOpenQuote(quote_line, "is never closed", place);
    }
    octets += lines_.octets();
    if (octets > kLineMax) {
      return ReportOpenQuote(
          quote_line,
          absl::StrCat("is not closed within ", kLineMax, " octets"), place);
    }
  }
}

void RecordReader::ReportOpenQuote(uint64_t quote_line, absl::string_view what,
                                   InputPlace& place) {
  // Nobody knows where the next record begins.
  ended_ = true;
  place.column = csv_.fault_column();
  place.lines = lines_.number() - place.line + 1;
  place.ends_file = true;
  place.error = absl::StrCat(
      place.lines == 1 ? absl::StrCat("line ", lines_.number(), " was")
                       : absl::StrCat("lines ", place.line, " to ",
                                      lines_.number(), " were"),
      " not read: the quote opened in line ", quote_line, " column ",
      place.column, " ", what);
  csv_.Drop();
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

std::string RecordReader::TakeHeader(const std::vector<rules::CsvCell>& cells,
                                     uint64_t& column) {
  const std::string known =
      absl::StrCat("; known columns: ", absl::StrJoin(schema_.columns, ", "),
                   ". No line was read");
  std::vector<std::string> names;
  for (const rules::CsvCell& cell : cells) {
    std::string name = ColumnNamed(cell.text);
    column = cell.column;
    if (!IsKnown(name)) {
      return absl::StrCat("the first line names an unknown column \"", name,
                          "\"", known);
    }
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      return absl::StrCat("column \"", name,
                          "\" comes twice. No line was read");
    }
    names.push_back(std::move(name));
  }
  column = 1;
  if (std::find(names.begin(), names.end(), kRecipient) == names.end()) {
    return absl::StrCat("the first line names no column \"", kRecipient, "\"",
                        known);
  }
  columns_ = std::move(names);
  column = 0;
  return "";
}

void RecordReader::ReadCells(const std::vector<rules::CsvCell>& cells,
                             InputPlace& out,
                             google::protobuf::Message& message) const {
  const size_t common = std::min(cells.size(), columns_.size());
  if (cells.size() != columns_.size()) {
    out.column = cells[common - (common == cells.size() ? 1 : 0)].column;
    out.error = absl::StrCat(
        cells.size(), cells.size() == 1 ? " column" : " columns", " where ",
        columns_.size(), columns_.size() == 1 ? " is" : " are", " expected (",
        absl::StrJoin(columns_, ", "), ")");
    return;
  }
  for (size_t i = 0; i < common; ++i) {
    out.error = schema_.set(columns_[i], cells[i].text, message);
    if (out.error.empty()) continue;
    out.column = cells[i].column;
    return;
  }
}

std::optional<InputPlace> RecordReader::Next(
    google::protobuf::Message& message) {
  std::string line;
  while (!ended_) {
    const LineReader::Line next = lines_.Next(line);
    if (next == LineReader::Line::kEnd) break;
    InputPlace out;
    out.line = lines_.number();
    if (next == LineReader::Line::kTooLong) {
      out.column = 1;
      out.error = lines_.TooLong();
      return out;
    }
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    if (!format_) Decide(line);
    if (const auto bad = rules::FirstInvalidUtf8(line)) {
      out.column = ColumnAt(line, *bad);
      out.error =
          "not UTF-8: save the file as UTF-8, for example with `iconv -f GBK "
          "-t UTF-8`";
      return out;
    }
    if (format_ == FileFormat::kJsonLines) {
      ReadJson(line, out, message);
      return out;
    }
    std::vector<rules::CsvCell> cells;
    if (format_ == FileFormat::kTsv) {
      cells = SplitTsv(line);
    } else {
      SplitCsv(std::move(line), out);
      if (!out.error.empty()) return out;
      cells = csv_.cells();
    }
    if (std::exchange(header_possible_, false) && NamesColumns(cells)) {
      out.error = TakeHeader(cells, out.column);
      ended_ = out.ends_file = !out.error.empty();
      if (ended_) return out;
      continue;
    }
    ReadCells(cells, out, message);
    return out;
  }
  return std::nullopt;
}

}  // namespace sluice::tools
