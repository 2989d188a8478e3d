#include "rules/pack/table_rows.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/csv.h"
#include "rules/base/list_lines.h"
#include "rules/base/quoted.h"

namespace sluice::rules {
namespace {

using Visit = absl::FunctionRef<void(absl::Span<const TableCell> cells)>;

// What else separates the columns of a table, as some programs save it.
std::string SeparatorHint(absl::string_view header) {
  for (const auto& [mark, name] :
       {std::pair<absl::string_view, absl::string_view>("\t", "tabs"),
        {";", "semicolons"},
        {"；", "full-width semicolons"},
        {"，", "full-width commas"}}) {
    if (!absl::StrContains(header, mark)) continue;
    return absl::StrCat("; they seem to be separated by ", name,
                        ": save the table as CSV, with commas");
  }
  return "";
}

class TableReader {
 public:
  TableReader(absl::string_view file, absl::Span<const TableColumn> columns,
              Faults& faults, Visit visit)
      : file_(file),
        columns_(columns),
        faults_(faults),
        visit_(visit),
        reader_(CsvCells::kTrimmed),
        taken_(columns.size()) {}

  void Take(uint32_t number, absl::string_view line) {
    const CsvReader::Row row = reader_.Take(line);
    if (row != CsvReader::Row::kDone) return BadQuote(number, row);
    const std::vector<CsvCell>& cells = reader_.cells();
    if (width_ == 0) return TakeHeader(number, line);
    const bool empty = absl::c_all_of(
        cells, [](const CsvCell& cell) { return cell.text.empty(); });
    if (!good_ || empty) return;
    if (cells.size() != width_) {
      return faults_.Add(
          file_, {number, 1},
          SayBoth("有 $0 个单元格，第一行有 $1 个",
                  "$0 cells, the first line has $1", cells.size(), width_));
    }
    for (size_t i = 0; i < columns_.size(); ++i) {
      taken_[i] = {"", {number, 1}};
      if (places_[i] >= width_) continue;
      const CsvCell& cell = cells[places_[i]];
      taken_[i] = {cell.text, {number, cell.column}};
    }
    visit_(taken_);
  }

 private:
  void BadQuote(uint32_t number, CsvReader::Row row) {
    const uint32_t column = reader_.fault_column();
    const bool open = row == CsvReader::Row::kOpen;
    if (open) reader_.Drop();  // A row is one line.
    faults_.Add(file_, {number, column},
                open ? SayBoth("引号没有闭合", "a quote is not closed")
                     : SayBoth("引号须括住整个单元格",
                               "a quote must enclose the whole cell"));
  }

  void TakeHeader(uint32_t number, absl::string_view line) {
    const std::vector<CsvCell>& cells = reader_.cells();
    width_ = cells.size();
    for (const TableColumn& column : columns_) {
      const auto found = absl::c_find_if(
          cells, [&](const CsvCell& cell) { return cell.text == column.name; });
      places_.push_back(static_cast<size_t>(found - cells.begin()));
      good_ = good_ && (!column.required || places_.back() < width_);
    }
    if (!good_) faults_.Add(file_, {number, 1}, HeaderFault(line));
  }

  Both HeaderFault(absl::string_view line) const {
    std::string chinese = "第一行是列名：";
    std::string english = "the first line names the columns: ";
    absl::string_view comma;
    for (const auto& [name, required] : columns_) {
      absl::StrAppend(&chinese, comma.empty() ? "" : "，",
                      required ? "须有 '" : "可以有 '", name, "'");
      absl::StrAppend(&english, comma, "'", name,
                      required ? "' must be one" : "' may");
      comma = ", ";
    }
    const std::string hint = SeparatorHint(line);
    if (!hint.empty()) {
      return {chinese + "；各列须用英文逗号分隔（CSV）", english + hint};
    }
    const Both here = SayBoth("；这里写的是 $0", "; here they are $0",
                              Quoted(absl::StripAsciiWhitespace(line)));
    return {chinese + here.chinese, english + here.english};
  }

  const absl::string_view file_;
  const absl::Span<const TableColumn> columns_;
  Faults& faults_;
  const Visit visit_;
  CsvReader reader_;
  size_t width_ = 0;  // Cells of the first line; 0: it is still to come.
  bool good_ = true;  // It names all that it must.
  std::vector<size_t> places_;  // By column; width_: it is not there.
  std::vector<TableCell> taken_;
};

}  // namespace

void ForEachTableRow(absl::string_view file, absl::string_view content,
                     absl::Span<const TableColumn> columns, Faults& faults,
                     Visit visit) {
  TableReader reader(file, columns, faults, visit);
  ForEachLine(file, content, faults,
              [&reader](uint32_t number, absl::string_view line) {
                reader.Take(number, line);
              });
}

}  // namespace sluice::rules
