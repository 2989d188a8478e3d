#pragma once

// Rows of CSV (RFC 4180): libcsv, with where each cell begins.

#include <csv.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// kTrimmed: blanks around a cell are dropped, and a quote is a fault unless it
// encloses the cell. kAsWritten: blanks belong to the cell, and so do quotes
// inside a cell that does not begin with one.
enum class CsvCells : uint8_t { kTrimmed, kAsWritten };

struct CsvCell {
  std::string text;
  uint32_t column = 0;  // In its line, in characters from 1.
};

// Reads one row at a time. Keeps its buffers from row to row.
class CsvReader {
 public:
  enum class Row : uint8_t {
    kDone,   // `cells` has the row; an empty line has no cells.
    kOpen,   // A quoted cell goes on: the next line belongs to the row.
    kFault,  // A quote where none may be, at fault_column().
  };

  explicit CsvReader(CsvCells style);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // Takes a line, without its end. The first, and the first after a row that
  // is done or faulty, begins a row.
  Row Take(absl::string_view line);
  // Forgets the row that is open.
  void Drop();

  const std::vector<CsvCell>& cells() const { return cells_; }
  // Of the character that a fault is about, in the line taken last; of the
  // cell that is open while one is.
  uint32_t fault_column() const { return column_; }

 private:
  bool Feed(char byte);

  const CsvCells style_;
  csv_parser parser_;
  std::vector<CsvCell> cells_;
  uint32_t column_ = 1;
  bool cell_begins_ = true;
  bool row_ends_ = true;
};

// A cell as it stands in a row: quoted where it must be.
std::string CsvCellText(const std::string& text);

}  // namespace sluice::rules
