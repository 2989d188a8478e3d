#pragma once

// Tables for a terminal: columns as wide as their widest cell, numbers aligned
// right. When the terminal is too narrow, cells go on in further lines, prose
// first; no cell loses its end.

#include <cstddef>
#include <string>
#include <vector>

#include "tools/lib/display_width.h"

namespace sluice::tools {

struct Column {
  std::string title;
  Align align = Align::kLeft;
  // Prose, which is broken into lines before other columns are.
  bool gives_way = false;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // Control characters in cells are replaced. Missing cells are empty, extra
  // ones are dropped.
  void AddRow(std::vector<std::string> cells);

  bool empty() const { return rows_.empty(); }

  // A line of titles, a line of dashes, then the rows; at most `width_max`
  // cells wide (0: no limit). If its columns cannot be so narrow, each row is a
  // paragraph, with a line for each cell that is not empty: title and value.
  std::string Text(size_t width_max = 0) const;

 private:
  std::vector<size_t> Widths() const;
  std::string Columns(const std::vector<size_t>& widths) const;
  std::string Paragraphs(size_t width_max) const;

  const std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sluice::tools
