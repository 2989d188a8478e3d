#pragma once

// Texts to judge, one a line, read from a file: `label<TAB>text`, or only the
// text; or a table (CSV) as for `sluicectl submit`.

#include <cstdint>
#include <istream>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "rules/base/csv.h"
#include "rules/base/language.h"
#include "tools/lib/line_reader.h"

namespace sluice::ctl {

class TextReader {
 public:
  // `in` must outlive it. The first line that is not empty decides whether
  // lines have labels. It is a table when `path` ends in .csv, or when that
  // line has no tab and names the column of the texts beside another.
  explicit TextReader(std::istream& in, absl::string_view path = "");

  // The next text that is not empty, or the next line that is too long, or the
  // fault that ends the file early; nullopt at the end. In a file with labels,
  // a line without a label is a text. Of a table, the column named text (内容)
  // has the texts; without a line of names the only column, or the third
  // behind a number and a class.
  std::optional<std::string> Next();

  // Of what Next() returned last: the line, from 1, and its fault; empty: none.
  uint64_t line() const { return line_; }
  const Both& fault() const { return fault_; }

 private:
  // What a line of a table says: a text, nothing, or a fault.
  std::optional<std::string> TakeRow();
  // Finds the column of texts in the first row. Whether that has a text itself.
  bool TakeFirstRow();
  bool NamesColumns(const std::string& line);
  bool ReadRow(std::string line);

  tools::LineReader lines_;
  rules::CsvReader csv_;
  std::optional<bool> labelled_;
  bool is_table_ = false;
  std::optional<size_t> column_;
  Both fault_;
  uint64_t line_ = 0;
  bool ended_ = false;
};

}  // namespace sluice::ctl
