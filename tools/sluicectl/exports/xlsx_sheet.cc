#include <xlsxwriter.h>

#include <array>
#include <cstdio>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "tools/sluicectl/exports/sheet.h"

namespace sluice::ctl {
namespace {

constexpr lxw_row_t kRowsMax = 1'048'576;

class XlsxSheet final : public Sheet {
 public:
  XlsxSheet(std::string path, lxw_workbook* workbook,
            std::vector<SheetColumn> columns, std::string title)
      : path_(std::move(path)),
        columns_(std::move(columns)),
        title_(std::move(title)),
        workbook_(workbook),
        bold_(workbook_add_format(workbook)),
        time_(workbook_add_format(workbook)) {
    format_set_bold(bold_);
    format_set_num_format(time_, "yyyy-mm-dd hh:mm:ss");
  }
  ~XlsxSheet() override {
    if (workbook_ != nullptr) workbook_close(workbook_);
  }

  absl::Status Add(const std::vector<std::string>& cells) override {
    if (sheet_ == nullptr || row_ == kRowsMax) {
      SLUICE_RETURN_IF_ERROR(NextSheet());
    }
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (cells[i].empty()) continue;
      SLUICE_RETURN_IF_ERROR(
          Check(Write(static_cast<lxw_col_t>(i), columns_[i].kind, cells[i])));
    }
    ++row_;
    return absl::OkStatus();
  }

  absl::Status Finish() override {
    // A workbook has at least one sheet.
    if (sheet_ == nullptr) SLUICE_RETURN_IF_ERROR(NextSheet());
    return Check(workbook_close(std::exchange(workbook_, nullptr)));
  }

 private:
  absl::Status Check(lxw_error error) const {
    if (error == LXW_NO_ERROR) return absl::OkStatus();
    return absl::UnavailableError(
        absl::StrCat(path_, ": ", lxw_strerror(error)));
  }

  absl::Status NextSheet() {
    const std::string name =
        ++sheets_ == 1 ? title_ : absl::StrCat(title_, " ", sheets_);
    sheet_ = workbook_add_worksheet(workbook_, name.c_str());
    if (sheet_ == nullptr) {
      return absl::UnavailableError(absl::StrCat(path_, ": no more memory"));
    }
    for (size_t i = 0; i < columns_.size(); ++i) {
      const auto at = static_cast<lxw_col_t>(i);
      SLUICE_RETURN_IF_ERROR(Check(
          worksheet_set_column(sheet_, at, at, columns_[i].width, nullptr)));
      SLUICE_RETURN_IF_ERROR(Check(worksheet_write_string(
          sheet_, 0, at, columns_[i].heading.c_str(), bold_)));
    }
    worksheet_freeze_panes(sheet_, 1, 0);
    row_ = 1;
    return absl::OkStatus();
  }

  lxw_error Write(lxw_col_t column, CellKind kind, const std::string& cell) {
    double number = 0;
    lxw_datetime time = {};
    switch (kind) {
      case CellKind::kNumber:
        if (absl::SimpleAtod(cell, &number)) {
          return worksheet_write_number(sheet_, row_, column, number, nullptr);
        }
        break;
      case CellKind::kTime:
        if (std::sscanf(cell.c_str(), "%d-%d-%d %d:%d:%lf", &time.year,
                        &time.month, &time.day, &time.hour, &time.min,
                        &time.sec) == 6) {
          return worksheet_write_datetime(sheet_, row_, column, &time, time_);
        }
        break;
      case CellKind::kText:
        break;
    }
    return worksheet_write_string(sheet_, row_, column, cell.c_str(), nullptr);
  }

  const std::string path_;
  const std::vector<SheetColumn> columns_;
  const std::string title_;
  lxw_workbook* workbook_;  // Null: closed.
  lxw_format* const bold_;
  lxw_format* const time_;
  lxw_worksheet* sheet_ = nullptr;
  int sheets_ = 0;
  lxw_row_t row_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Sheet>> MakeXlsxSheet(
    const std::string& path, const std::vector<SheetColumn>& columns,
    const std::string& title) {
  lxw_workbook_options options = {};
  options.constant_memory = LXW_TRUE;
  lxw_workbook* const workbook = workbook_new_opt(path.c_str(), &options);
  if (workbook == nullptr) {
    return absl::UnavailableError(absl::StrCat(path, ": cannot be written"));
  }
  return std::unique_ptr<Sheet>(
      std::make_unique<XlsxSheet>(path, workbook, columns, title));
}

}  // namespace sluice::ctl
