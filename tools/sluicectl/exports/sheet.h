#pragma once

// A table that is written to a file for an office: rows of cells under fixed
// headings, as CSV or as a workbook (xlsx).

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sluice::ctl {

enum class CellKind : uint8_t {
  kText,
  kNumber,  // Digits.
  kTime,    // "2026-01-31 10:00:00"; empty: none.
};

struct SheetColumn {
  std::string heading;
  CellKind kind = CellKind::kText;
  double width = 12;  // Of a workbook's column, in characters.
};

enum class CsvEncoding : uint8_t { kUtf8, kGb18030 };

// One thread.
class Sheet {
 public:
  virtual ~Sheet() = default;

  // Adds a row with a cell for each column; UTF-8. Errors: kUnavailable.
  virtual absl::Status Add(const std::vector<std::string>& cells) = 0;
  // Writes what is left and closes the file. Call it once, at the end. Errors:
  // kUnavailable.
  virtual absl::Status Finish() = 0;
};

// CSV (RFC 4180) with a first row of headings. UTF-8 begins with a byte order
// mark, by which spreadsheets know it. A text that a spreadsheet would take for
// a formula gets an apostrophe in front. Errors: kUnavailable.
absl::StatusOr<std::unique_ptr<Sheet>> MakeCsvSheet(
    const std::string& path, const std::vector<SheetColumn>& columns,
    CsvEncoding encoding);

// A workbook. `title` names its sheets: a sheet has 1,048,576 rows, then
// another begins. Needs memory for one row. Errors: kUnavailable.
absl::StatusOr<std::unique_ptr<Sheet>> MakeXlsxSheet(
    const std::string& path, const std::vector<SheetColumn>& columns,
    const std::string& title);

}  // namespace sluice::ctl
