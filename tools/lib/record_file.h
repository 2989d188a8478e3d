#pragma once

// Protobuf messages read from a file that a person or a program wrote: TSV, CSV
// or JSON. A bad line gives one error with line and column; reading continues
// with the next line. A schema defines the messages.
//
//   TSV, CSV   one message a line; columns as the schema orders them, or a
//              first line with the names of any columns, the one of the
//              recipient among them. TSV writes \t, \n and \\ inside a cell;
//              CSV quotes. A first line without a digit that names a known
//              column is such a line too: every line of data has a number.
//   JSON       objects in protobuf's JSON: one a line, over several lines, or
//              the elements of an array.
//
// Empty lines are skipped. A record has at most 256 KiB; a longer line is
// skipped and never held. A quote that is not closed costs its own line alone:
// the lines behind it are read as if it were not there.

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
#include "rules/base/language.h"
#include "tools/lib/json_source.h"
#include "tools/lib/line_source.h"

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
  std::vector<std::string> columns;
  // Other names of columns: {"message_class", "class"}, {"手机号",
  // "recipient"}.
  std::vector<std::pair<std::string, std::string>> aliases;
  // Other names of fields in JSON.
  std::vector<std::pair<std::string, std::string>> json_names;
  // The columns of a file whose first line names none.
  std::vector<std::string> without_names;
  // Sets the field of a column. Returns the value's fault, without quoting the
  // value; empty: none.
  std::function<Both(const std::string& column, const std::string& value,
                     google::protobuf::Message& message)>
      set;
  // No cell goes over the end of its line, so that a quote that is never meant
  // can hide no record.
  bool one_line = false;
  // A column that the first line must name as `required_name`, and the file has
  // such a line; empty: none.
  std::string required = {};
  std::string required_name = {};
};

// Where a record is, and its fault.
struct InputPlace {
  uint64_t line = 0;    // From 1; of a record's first line, or of its fault.
  uint64_t column = 0;  // From 1, in characters; 0 where there is no error.
  Both error;           // Empty: the record is good. Holds no message text.
  // How many lines it has, those of records before it not counted: 0 for a
  // further object in a line of JSON.
  uint64_t lines = 1;
  // The error says itself that no line after these is read.
  bool ends_file = false;

  bool good() const { return error.english.empty(); }
};

class RecordReader {
 public:
  // Reads `in`, which must outlive it. Without a format, the first characters
  // decide: { or [ is JSON, a tab in the first line is TSV, else CSV.
  RecordReader(std::istream& in, std::optional<FileFormat> format,
               RecordSchema schema);

  // Reads the next record into `message`, which must be empty and of the
  // schema's type; nullopt at the end. After an error in the line of names no
  // further line can be read.
  std::optional<InputPlace> Next(google::protobuf::Message& message);

  // After the end: the lines of the file.
  uint64_t lines() const { return lines_.read(); }

 private:
  std::optional<InputPlace> NextRecord(google::protobuf::Message& message);
  void Decide(absl::string_view line);
  std::optional<InputPlace> NextJson(google::protobuf::Message& message);
  // nullopt: the line names the columns.
  std::optional<InputPlace> ReadRow(NumberedLine line,
                                    google::protobuf::Message& message);
  // Puts the record's cells into csv_, or sets the error of `place`.
  void SplitCsv(NumberedLine line, InputPlace& place);
  bool MayBeRecord(absl::string_view line);
  void ReadCells(const std::vector<rules::CsvCell>& cells, InputPlace& place,
                 google::protobuf::Message& message) const;
  void NoteControl(uint64_t line, absl::string_view text);
  void RefuseControl(const google::protobuf::Message& message,
                     InputPlace& place) const;
  std::optional<InputPlace> AtEnd();
  // The column that a cell of the first line names, known or not.
  std::string ColumnNamed(const std::string& written) const;
  bool IsKnown(const std::string& column) const;
  bool NamesColumns(const std::vector<rules::CsvCell>& cells) const;
  // Their Chinese names, where they have one.
  std::string ChineseColumns(const std::vector<std::string>& columns) const;
  Both TakeHeader(const std::vector<rules::CsvCell>& cells, uint64_t& column);

  LineSource lines_;
  JsonSource json_;
  std::optional<FileFormat> format_;
  const RecordSchema schema_;
  rules::CsvReader csv_{rules::CsvCells::kAsWritten};
  rules::CsvReader probe_{rules::CsvCells::kAsWritten};
  std::vector<std::string> columns_;
  // Of the record: where its first control character stands.
  std::optional<InputPlace> control_;
  bool header_possible_ = true;
  bool ended_ = false;  // No further line can be read.
};

}  // namespace sluice::tools
