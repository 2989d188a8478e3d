#include "rules/base/csv.h"

#include "rules/base/check.h"
#include "rules/base/faults.h"

namespace sluice::rules {
namespace {

int IsLineFeed(unsigned char c) { return c == '\n' ? 1 : 0; }
int IsNoBlank(unsigned char) { return 0; }

}  // namespace

CsvReader::CsvReader(CsvCells style) : style_(style) {
  // Reports rows that have no cells, too.
  SLUICE_CHECK(csv_init(&parser_, CSV_STRICT | CSV_REPALL_NL) == 0);
  csv_set_term_func(&parser_, IsLineFeed);
  if (style == CsvCells::kAsWritten) csv_set_space_func(&parser_, IsNoBlank);
}

CsvReader::~CsvReader() { csv_free(&parser_); }

// One byte at a time, which tells where cells begin.
bool CsvReader::Feed(char byte) {
  const auto end_cell = [](void* text, size_t size, void* reader) {
    CsvReader& self = *static_cast<CsvReader*>(reader);
    self.cells_.back().text.assign(static_cast<const char*>(text), size);
    self.cell_begins_ = true;
  };
  const auto end_row = [](int, void* reader) {
    CsvReader& self = *static_cast<CsvReader*>(reader);
    // A trimmed line of blanks has no cell, although one seemed to begin.
    if (!self.cell_begins_) self.cells_.pop_back();
    self.row_ends_ = true;
  };
  return csv_parse(&parser_, &byte, 1, end_cell, end_row, this) == 1;
}

CsvReader::Row CsvReader::Take(absl::string_view line) {
  if (row_ends_) {
    cells_.clear();
    cell_begins_ = true;
    row_ends_ = false;
  }
  for (size_t i = 0; i <= line.size(); ++i) {
    const char byte = i < line.size() ? line[i] : '\n';
    if (cell_begins_ && (i < line.size() || !cells_.empty())) {
      cell_begins_ = false;
      column_ = PositionOf(line, i).column;
      cells_.push_back({"", column_});
      if (style_ == CsvCells::kAsWritten) {
        csv_set_opts(&parser_, CSV_REPALL_NL | (byte == '"' ? CSV_STRICT : 0));
      }
    }
    if (Feed(byte)) continue;
    column_ = PositionOf(line, i).column;
    Drop();
    return Row::kFault;
  }
  return row_ends_ ? Row::kDone : Row::kOpen;
}

void CsvReader::Drop() {
  csv_fini(&parser_, nullptr, nullptr, nullptr);
  row_ends_ = true;
}

std::string CsvCellText(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted(2 * text.size() + 2, '\0');
  quoted.resize(
      csv_write(quoted.data(), quoted.size(), text.data(), text.size()));
  return quoted;
}

}  // namespace sluice::rules
