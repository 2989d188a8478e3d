#pragma once

// Protobuf messages read from a file that a person or a program wrote, one a
// line: TSV, CSV or JSON lines. A bad line gives one error with line and
// column; reading continues with the next line. A schema defines the messages.
//
//   TSV, CSV   columns as the schema orders them; or a first line with the
//              names of any columns, the one of the recipient among them. TSV
//              writes \t, \n and \\ inside a cell; CSV quotes. A first line
//              without a digit that names a known column is such a line too:
//              every line of data has a number.
//   JSON lines one message a line, in protobuf's JSON.
//
// Empty lines are skipped. A record has at most 256 KiB; a longer line is
// skipped and never held, and a quoted cell that goes on for longer ends the
// file.

#include <cstdint>
#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "rules/base/csv.h"
#include "tools/lib/line_reader.h"

namespace sluice::tools {

enum class FileFormat : uint8_t { kTsv, kCsv, kJsonLines };

// The format by the file's name: .csv, .json, .jsonl, .ndjson, .tsv, .txt;
// nullopt for other names.
std::optional<FileFormat> FormatOfName(absl::string_view path);
// "tsv", "csv", "jsonl". Errors: kInvalidArgument.
absl::StatusOr<FileFormat> ParseFormat(absl::string_view name);
// The format called `name` if given, else that of the path. Errors:
// kInvalidArgument.
absl::StatusOr<std::optional<FileFormat>> ChooseFormat(absl::string_view name,
                                                       absl::string_view path);

// What a line of the file contains.
struct RecordSchema {
  std::string message;  // The message's name, for errors.
  std::vector<std::string> columns;
  // Other names of columns, for names of the .proto file: {"message_class",
  // "class"}.
  std::vector<std::pair<std::string, std::string>> aliases;
  // The columns of a file whose first line names none.
  std::vector<std::string> without_names;
  // Sets the field of a column. Returns the value's fault, without quoting the
  // value; empty: none.
  std::function<std::string(const std::string& column, const std::string& value,
                            google::protobuf::Message& message)>
      set;
};

// Where a line is, and its fault.
struct InputPlace {
  uint64_t line = 0;    // From 1; of a record's first line.
  uint64_t column = 0;  // From 1, in characters; 0 where there is no error.
  std::string error;    // Empty: the line is good. Holds no message text.
  uint64_t lines = 1;   // How many lines the error is about.
  // The error says itself that no line after these is read.
  bool ends_file = false;
};

class RecordReader {
 public:
  // Reads `in`, which must outlive it. Without a format, the first characters
  // decide: { is JSON, a tab in the first line is TSV, else CSV.
  RecordReader(std::istream& in, std::optional<FileFormat> format,
               RecordSchema schema);

  // Reads the next line into `message`, which must be empty and of the schema's
  // type; nullopt at the end. After an error in the line of names no further
  // line can be read.
  std::optional<InputPlace> Next(google::protobuf::Message& message);

 private:
  void Decide(absl::string_view line);
  void ReadJson(const std::string& line, InputPlace& place,
                google::protobuf::Message& message) const;
  // Puts the record's cells into csv_, or sets the error of `place`.
  void SplitCsv(std::string line, InputPlace& place);
  // The quote that opened at this line and csv_'s column is not closed.
  void ReportOpenQuote(uint64_t quote_line, absl::string_view what,
                       InputPlace& place);
  void ReadCells(const std::vector<rules::CsvCell>& cells, InputPlace& place,
                 google::protobuf::Message& message) const;
  // The column that a cell of the first line names, known or not.
  std::string ColumnNamed(const std::string& written) const;
  bool IsKnown(const std::string& column) const;
  bool NamesColumns(const std::vector<rules::CsvCell>& cells) const;
  std::string TakeHeader(const std::vector<rules::CsvCell>& cells,
                         uint64_t& column);

  LineReader lines_;
  std::optional<FileFormat> format_;
  const RecordSchema schema_;
  rules::CsvReader csv_{rules::CsvCells::kAsWritten};
  std::vector<std::string> columns_;
  bool header_possible_ = true;
  bool ended_ = false;  // No further line can be read.
};

}  // namespace sluice::tools
