#include "tools/lib/table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/lib/wrap.h"

namespace sluice::tools {
namespace {

constexpr size_t kGap = 2;
// Columns are no narrower, unless all that they hold is: prose, and other
// texts, such as a date above its time.
constexpr size_t kProseMin = 20;
constexpr size_t kTextMin = 10;
// Cells of the widest character.
constexpr size_t kGlyphMax = 2;

void TrimRight(std::string& line) {
  line.erase(line.find_last_not_of(' ') + 1);
}

size_t TotalOf(const std::vector<size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), size_t{0}) +
         kGap * (widths.size() - 1);
}

// Makes the widest column of prose, or of other texts, one cell narrower.
// Returns false when none can be: numbers and titles stay whole.
bool Narrow(const std::vector<Column>& columns, bool prose,
            std::vector<size_t>& widths) {
  size_t* widest = nullptr;
  for (size_t i = 0; i < columns.size(); ++i) {
    const size_t least =
        std::max(prose ? kProseMin : kTextMin, DisplayWidth(columns[i].title));
    if (columns[i].align == Align::kRight || columns[i].gives_way != prose ||
        widths[i] <= least) {
      continue;
    }
    if (widest == nullptr || widths[i] > *widest) widest = &widths[i];
  }
  if (widest == nullptr) return false;
  --*widest;
  return true;
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::AddRow(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = Printable(cell);
  rows_.push_back(std::move(cells));
}

std::vector<size_t> Table::Widths() const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = DisplayWidth(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[i]));
    widths.push_back(width);
  }
  return widths;
}

std::string Table::Text(size_t width_max) const {
  std::vector<size_t> widths = Widths();
  const size_t all = TotalOf(widths);
  if (width_max != 0 && all > width_max) {
    size_t surplus = all - width_max;
    for (const bool prose : {true, false}) {
      while (surplus > 0 && Narrow(columns_, prose, widths)) --surplus;
    }
    if (surplus > 0) return Paragraphs(width_max);
  }
  return Columns(widths);
}

std::string Table::Columns(const std::vector<size_t>& widths) const {
  std::string out;
  const auto add_row = [&](const auto& cell_of) {
    std::vector<std::vector<std::string>> cells;
    size_t lines = 1;
    for (size_t i = 0; i < columns_.size(); ++i) {
      cells.push_back(Wrap(cell_of(i), std::max(widths[i], kGlyphMax)));
      lines = std::max(lines, cells.back().size());
    }
    for (size_t n = 0; n < lines; ++n) {
      std::string line;
      for (size_t i = 0; i < columns_.size(); ++i) {
        if (i > 0) line.append(kGap, ' ');
        absl::StrAppend(&line, PadTo(n < cells[i].size() ? cells[i][n] : "",
                                     widths[i], columns_[i].align));
      }
      TrimRight(line);
      absl::StrAppend(&out, line, "\n");
    }
  };
  add_row([&](size_t i) { return columns_[i].title; });
  add_row([&](size_t i) { return std::string(widths[i], '-'); });
  for (const auto& row : rows_) {
    add_row([&](size_t i) { return row[i]; });
  }
  return out;
}

std::string Table::Paragraphs(size_t width_max) const {
  size_t titles = 0;
  for (const Column& column : columns_) {
    titles = std::max(titles, DisplayWidth(column.title));
  }
  const size_t indent = titles + kGap;
  const size_t width =
      width_max > indent + kTextMin ? width_max - indent : kTextMin;
  std::string out;
  for (const auto& row : rows_) {
    if (!out.empty()) out += "\n";
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (row[i].empty()) continue;
      std::string title = columns_[i].title;
      for (const std::string& line : Wrap(row[i], width)) {
        absl::StrAppend(&out, PadTo(title, indent), line, "\n");
        title.clear();
      }
    }
  }
  return out;
}

}  // namespace sluice::tools
