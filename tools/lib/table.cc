#include "tools/lib/table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sluice::tools {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kNarrowest = 8;

void TrimRight(std::string& line) {
  line.erase(line.find_last_not_of(' ') + 1);
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::AddRow(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = Printable(cell);
  rows_.push_back(std::move(cells));
}

std::vector<size_t> Table::Widths(size_t width_max) const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = DisplayWidth(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[i]));
    widths.push_back(width);
  }
  const size_t all = std::accumulate(widths.begin(), widths.end(), size_t{0}) +
                     kGap * (widths.size() - 1);
  if (width_max == 0 || all <= width_max) return widths;
  size_t surplus = all - width_max;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!columns_[i].gives_way || widths[i] <= kNarrowest) continue;
    const size_t cut = std::min(surplus, widths[i] - kNarrowest);
    widths[i] -= cut;
    surplus -= cut;
  }
  return widths;
}

std::string Table::Text(size_t width_max) const {
  const std::vector<size_t> widths = Widths(width_max);
  std::string out;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) line.append(kGap, ' ');
      absl::StrAppend(&line, PadTo(Shorten(cell_of(i), widths[i]), widths[i],
                                   columns_[i].align));
    }
    TrimRight(line);
    absl::StrAppend(&out, line, "\n");
  };
  add_line([&](size_t i) { return columns_[i].title; });
  add_line([&](size_t i) { return std::string(widths[i], '-'); });
  for (const auto& row : rows_) {
    add_line([&](size_t i) { return row[i]; });
  }
  return out;
}

}  // namespace sluice::tools
