#pragma once

// Tables on a terminal: columns as wide as their widest cell, numbers to the
// right, and one column that gives way when the terminal is too narrow.

#include <cstddef>
#include <string>
#include <vector>

#include "tools/lib/display_width.h"

namespace sluice::tools {

struct Column {
  std::string title;
  Align align = Align::kLeft;
  // Cut with "…" when the table would be wider than the terminal.
  bool gives_way = false;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // Cells are made printable. Missing cells are empty, spare ones are dropped.
  void AddRow(std::vector<std::string> cells);

  bool empty() const { return rows_.empty(); }

  // One line for the titles, one of dashes, one for each row; at most
  // `width_max` cells wide where columns that give way allow it (0: no limit).
  std::string Text(size_t width_max = 0) const;

 private:
  std::vector<size_t> Widths(size_t width_max) const;

  const std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sluice::tools
