#pragma once

// Messages to submit, read from a file that a person or a program wrote: TSV,
// CSV or JSON lines. A bad line is one error with line and column; the next
// lines are read on.
//
//   TSV, CSV   columns recipient, class, text; or a first line with the names
//              of any fields of OutgoingMessage (message_class may be called
//              class). TSV writes \t, \n and \\ inside a cell; CSV quotes.
//   JSON lines one OutgoingMessage a line, in protobuf's JSON.
//
// Empty lines are skipped.

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sluice/v1/gateway.pb.h"

namespace sluice::tools {

enum class MessageFormat : uint8_t { kTsv, kCsv, kJsonLines };

// By the file's name: .csv, .json, .jsonl, .ndjson, .tsv, .txt; nullopt when
// that does not tell.
std::optional<MessageFormat> FormatOfName(absl::string_view path);
// "tsv", "csv", "jsonl". Errors: kInvalidArgument.
absl::StatusOr<MessageFormat> ParseFormat(absl::string_view name);

// One line of input: a message, or what is wrong with it.
struct InputLine {
  uint64_t line = 0;    // From 1; of a record's first line.
  uint64_t column = 0;  // From 1, in characters; 0 where there is no error.
  std::string error;    // Empty: `message` is good. Holds no message text.
  v1::OutgoingMessage message;
};

class MessageReader {
 public:
  // Reads `in`, which must outlive it. Without a format, the first characters
  // decide: { is JSON, a tab in the first line is TSV, else CSV.
  MessageReader(std::istream& in, std::optional<MessageFormat> format);

  // The next message or error; nullopt at the end. An error in the line of
  // names is the last: without them no line after it can be told.
  std::optional<InputLine> Next();

 private:
  struct Cell {
    std::string text;
    uint64_t column = 0;
  };

  bool ReadLine(std::string& line);
  void Decide(absl::string_view line);
  // Takes cells of one record; returns an error and sets `column`.
  std::string SplitTsv(absl::string_view line, std::vector<Cell>& cells,
                       uint64_t& column);
  std::string SplitCsv(std::string line, std::vector<Cell>& cells,
                       uint64_t& column);
  void ReadCells(const std::vector<Cell>& cells, InputLine& out);
  std::string TakeHeader(const std::vector<Cell>& cells, uint64_t& column);

  std::istream& in_;
  std::optional<MessageFormat> format_;
  std::vector<std::string> columns_ = {"recipient", "class", "text"};
  bool header_possible_ = true;
  bool header_bad_ = false;
  uint64_t line_ = 0;
};

}  // namespace sluice::tools
