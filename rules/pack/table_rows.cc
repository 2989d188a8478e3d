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
#include "rules/base/meant_names.h"
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
    if (!good_) {
      return faults_.Add(file_, {number, 1}, HeaderFault(line));
    }
    WarnOfUnread(number, cells);
  }

  // The heading among `cells` that is meant for a column that is not there.
  const CsvCell* MeantBy(const std::vector<CsvCell>& cells,
                         const TableColumn& column) const {
    const auto is_column = [&](absl::string_view heading) {
      return absl::c_any_of(columns_, [heading](const TableColumn& one) {
        return one.name == heading && one.elsewhere.english.empty();
      });
    };
    const auto found = absl::c_find_if(cells, [&](const CsvCell& cell) {
      return !is_column(cell.text) &&
             MeantName(cell.text, {std::string(column.name)}) == column.name;
    });
    return found == cells.end() ? nullptr : &*found;
  }

  // A column that nobody asks for is for people, unless it is named in other
  // words like one that may be there.
  void WarnOfUnread(uint32_t number, const std::vector<CsvCell>& cells) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      const Both& elsewhere = columns_[i].elsewhere;
      if (places_[i] < width_ && elsewhere.english.empty()) continue;
      const CsvCell* const meant = MeantBy(cells, columns_[i]);
      if (meant == nullptr) continue;
      const Both name =
          SayBoth("请把列名写成 '$0'", "name it '$0'", columns_[i].name);
      const Both& what = elsewhere.english.empty() ? name : elsewhere;
      faults_.warnings().Add(
          file_, {number, meant->column},
          SayBoth("不读取的列", "columns that are not read"),
          SayBoth("$0 这一列只供人看，不起作用：$1",
                  "the column $0 is for people and does nothing: $2",
                  Quoted(meant->text), what.chinese, what.english));
    }
  }

  Both HeaderFault(absl::string_view line) const {
    std::string chinese = "第一行是列名：";
    std::string english = "the first line names the columns: ";
    absl::string_view comma;
    for (const auto& [name, required, elsewhere] : columns_) {
      if (!elsewhere.english.empty()) continue;
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
    const Both renames = Renames();
    if (!renames.english.empty()) {
      return {chinese + renames.chinese, english + renames.english};
    }
    const Both here = SayBoth("；这里写的是 $0", "; here they are $0",
                              Quoted(absl::StripAsciiWhitespace(line)));
    return {chinese + here.chinese, english + here.english};
  }

  // What to write instead of which heading; empty: nobody knows.
  Both Renames() const {
    Both renames;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const bool here =
          places_[i] < width_ || !columns_[i].elsewhere.english.empty();
      if (here) continue;
      const CsvCell* const meant = MeantBy(reader_.cells(), columns_[i]);
      if (meant == nullptr) continue;
      const bool first = renames.english.empty();
      const Both one = SayBoth(
          "$2把 $0 改写成 '$1'", "$3$0 as '$1'", Quoted(meant->text),
          columns_[i].name, first ? "；请" : "，", first ? "; write " : ", ");
      renames.chinese += one.chinese;
      renames.english += one.english;
    }
    return renames;
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
