#pragma once

// Tables for a terminal: columns as wide as their widest cell, numbers aligned
// right, and columns that shrink when the terminal is too narrow.

#include <cstddef>
#include <string>
#include <vector>

#include "tools/lib/display_width.h"

namespace sluice::tools {

struct Column {
  std::string title;
  Align align = Align::kLeft;
  // The column is cut with "…" when the table is wider than the terminal.
  bool gives_way = false;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // Control characters in cells are replaced. Missing cells are empty, extra
  // ones are dropped.
  void AddRow(std::vector<std::string> cells);

  bool empty() const { return rows_.empty(); }

  // A line of titles, a line of dashes, a line for each row; at most
  // `width_max` cells wide if the columns can shrink so far (0: no limit).
  std::string Text(size_t width_max = 0) const;

 private:
  std::vector<size_t> Widths(size_t width_max) const;

  const std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sluice::tools
