#pragma once

// Protobuf messages read from a file that a person or a program wrote, one a
// line: TSV, CSV or JSON lines. A bad line is one error with line and column;
// the next lines are read on. What the messages are, a schema says.
//
//   TSV, CSV   columns as the schema orders them; or a first line with the
//              names of any columns, the one of the recipient among them. TSV
//              writes \t, \n and \\ inside a cell; CSV quotes.
//   JSON lines one message a line, in protobuf's JSON.
//
// Empty lines are skipped.

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

namespace sluice::tools {

enum class FileFormat : uint8_t { kTsv, kCsv, kJsonLines };

// By the file's name: .csv, .json, .jsonl, .ndjson, .tsv, .txt; nullopt when
// that does not tell.
std::optional<FileFormat> FormatOfName(absl::string_view path);
// "tsv", "csv", "jsonl". Errors: kInvalidArgument.
absl::StatusOr<FileFormat> ParseFormat(absl::string_view name);
// `name` when it is given, else what the path tells. Errors: kInvalidArgument.
absl::StatusOr<std::optional<FileFormat>> ChooseFormat(absl::string_view name,
                                                       absl::string_view path);

// What the lines of a file are.
struct RecordSchema {
  std::string message;  // The message's name, for errors.
  std::vector<std::string> columns;
  // A column's other name, as the .proto file has it: {"message_class",
  // "class"}.
  std::vector<std::pair<std::string, std::string>> aliases;
  // The columns of a file without a line of names.
  std::vector<std::string> without_names;
  // Sets what a column says. Returns what is wrong with the value, if anything,
  // without quoting it.
  std::function<std::string(const std::string& column, const std::string& value,
                            google::protobuf::Message& message)>
      set;
};

// Where a line is, and what is wrong with it.
struct InputPlace {
  uint64_t line = 0;    // From 1; of a record's first line.
  uint64_t column = 0;  // From 1, in characters; 0 where there is no error.
  std::string error;    // Empty: the line is good. Holds no message text.
};

class RecordReader {
 public:
  // Reads `in`, which must outlive it. Without a format, the first characters
  // decide: { is JSON, a tab in the first line is TSV, else CSV.
  RecordReader(std::istream& in, std::optional<FileFormat> format,
               RecordSchema schema);

  // Reads the next line into `message`, which is of the schema's type and
  // empty; nullopt at the end. An error in the line of names is the last:
  // without them no line after it can be told.
  std::optional<InputPlace> Next(google::protobuf::Message& message);

 private:
  bool ReadLine(std::string& line);
  void Decide(absl::string_view line);
  void ReadJson(const std::string& line, InputPlace& place,
                google::protobuf::Message& message) const;
  // Leaves the record's cells in csv_; returns an error and sets `column`.
  std::string SplitCsv(std::string line, uint64_t& column);
  void ReadCells(const std::vector<rules::CsvCell>& cells, InputPlace& place,
                 google::protobuf::Message& message) const;
  std::string TakeHeader(const std::vector<rules::CsvCell>& cells,
                         uint64_t& column);

  std::istream& in_;
  std::optional<FileFormat> format_;
  const RecordSchema schema_;
  rules::CsvReader csv_{rules::CsvCells::kAsWritten};
  std::vector<std::string> columns_;
  bool header_possible_ = true;
  bool header_bad_ = false;
  uint64_t line_ = 0;
};

}  // namespace sluice::tools
