#pragma once

// The rows of a table in a pack's folder: CSV (RFC 4180), a row a line, whose
// first line names the columns. Columns that nobody asks for are for people.

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"

namespace sluice::rules {

struct TableColumn {
  absl::string_view name;
  bool required = true;
  // Where what such a column holds is written instead, in tables that have
  // none of the name: they are warned of.
  Both elsewhere = {};
};

struct TableCell {
  absl::string_view text;  // Empty where the table has no such column.
  Position position;
};

// Calls `visit` with the cells of each row that is not empty, in the order of
// `columns`. Faults: not UTF-8, a required column that is not there, a
// row with another number of cells than the first, a quote that is not closed.
// Warned of: a column that is named in other words like one of `columns`.
void ForEachTableRow(
    absl::string_view file, absl::string_view content,
    absl::Span<const TableColumn> columns, Faults& faults,
    absl::FunctionRef<void(absl::Span<const TableCell> cells)> visit);

}  // namespace sluice::rules
