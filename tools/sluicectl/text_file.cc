#include "tools/sluicectl/text_file.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "rules/base/pasted_phone.h"
#include "tools/lib/message_file.h"

namespace sluice::ctl {
namespace {

// Of a row as `submit` takes it without names: number, class, text.
constexpr size_t kPlainColumns = 3;

std::optional<size_t> TextColumn(const std::vector<rules::CsvCell>& cells) {
  for (size_t i = 0; i < cells.size(); ++i) {
    if (tools::MessageColumn(cells[i].text) == "text") return i;
  }
  return std::nullopt;
}

}  // namespace

TextReader::TextReader(std::istream& in, absl::string_view path)
    : lines_(in),
      csv_(rules::CsvCells::kTrimmed),
      is_table_(absl::EndsWith(absl::AsciiStrToLower(path), ".csv")) {}

std::optional<std::string> TextReader::Next() {
  std::string line;
  fault_ = {};
  while (!ended_) {
    const tools::LineReader::Line next = lines_.Next(line);
    line_ = lines_.number();
    if (next == tools::LineReader::Line::kEnd) {
      ended_ = true;
      if (!lines_.broken()) return std::nullopt;
      fault_ = SayBoth("这一行之后无法读取文件",
                       "the file cannot be read behind this line");
      return line;
    }
    if (next == tools::LineReader::Line::kTooLong) {
      fault_ = lines_.TooLong();
      return line;
    }
    if (line.empty()) continue;
    if (!labelled_ && NamesColumns(line)) is_table_ = true;
    const size_t tab = line.find('\t');
    if (!labelled_) labelled_ = tab != std::string::npos;
    if (is_table_) {
      if (!ReadRow(std::move(line))) return "";
      std::optional<std::string> text = TakeRow();
      if (text || !fault_.english.empty()) return text.value_or("");
      continue;
    }
    if (*labelled_ && tab != std::string::npos) line.erase(0, tab + 1);
    if (!line.empty()) return line;
  }
  return std::nullopt;
}

bool TextReader::NamesColumns(const std::string& line) {
  if (absl::StrContains(line, "\t")) return false;
  rules::CsvReader reader(rules::CsvCells::kTrimmed);
  return reader.Take(line) == rules::CsvReader::Row::kDone &&
         reader.cells().size() > 1 && TextColumn(reader.cells()).has_value() &&
         std::all_of(reader.cells().begin(), reader.cells().end(),
                     [](const rules::CsvCell& cell) {
                       return !tools::MessageColumn(cell.text).empty();
                     });
}

// A quoted cell may go on in the next lines. False: with a fault.
bool TextReader::ReadRow(std::string line) {
  for (;;) {
    const rules::CsvReader::Row row = csv_.Take(line);
    if (row == rules::CsvReader::Row::kDone) return true;
    const bool open = row == rules::CsvReader::Row::kOpen;
    if (!open || lines_.Next(line) != tools::LineReader::Line::kRead) {
      fault_ = open ? SayBoth("引号没有结束", "a quote is not closed")
                    : SayBoth("引号结束之后应为逗号",
                              "a comma is expected after the closing quote");
      csv_.Drop();
      return false;
    }
  }
}

bool TextReader::TakeFirstRow() {
  const std::vector<rules::CsvCell>& cells = csv_.cells();
  column_ = TextColumn(cells);
  if (column_) return false;
  if (cells.size() == 1) {
    column_ = 0;
  } else if (cells.size() == kPlainColumns &&
             ParsePastedPhone(cells[0].text).ok()) {
    column_ = kPlainColumns - 1;
  } else {
    ended_ = true;
    fault_ = SayBoth(
        "首行没有列“内容”（text），不知道哪一列是短信内容。没有读取任何一行",
        "the first line names no column \"text\", so that nobody knows which "
        "one has the texts. No line was read");
    return false;
  }
  return true;
}

std::optional<std::string> TextReader::TakeRow() {
  if (!column_ && !TakeFirstRow()) return std::nullopt;
  const std::vector<rules::CsvCell>& cells = csv_.cells();
  if (cells.empty()) return std::nullopt;
  if (cells.size() <= *column_) {
    fault_ = SayBoth("只有 $0 列，短信内容在第 $1 列",
                     "only $0 columns, and the text is in column $1",
                     cells.size(), *column_ + 1);
    return std::nullopt;
  }
  if (cells[*column_].text.empty()) return std::nullopt;
  return cells[*column_].text;
}

}  // namespace sluice::ctl
