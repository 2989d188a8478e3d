#pragma once

// Messages to submit, read from a file: see record_file.h for the formats. The
// columns are recipient, class, text, unless the first line names others: any
// fields of OutgoingMessage, also in Chinese (手机号, 类别, 内容, 签名). A
// class is `notice`, MESSAGE_CLASS_NOTICE or 通知. A text must not have control
// characters.

#include <cstdint>
#include <istream>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "sluice/v1/gateway.pb.h"
#include "tools/lib/record_file.h"

namespace sluice::tools {

// The column that a cell of the first line names, also in Chinese: "text" for
// 内容. Empty: none.
std::string MessageColumn(absl::string_view written);

// One line of input: a message, or its fault.
struct InputLine : InputPlace {
  v1::OutgoingMessage message;
};

class MessageReader {
 public:
  // As RecordReader. `key_column` is the name of the column, or the field in
  // JSON, that has the messages' keys; empty: "key".
  MessageReader(std::istream& in, std::optional<FileFormat> format,
                const std::string& key_column = "");
  std::optional<InputLine> Next();
  uint64_t lines() const { return reader_.lines(); }

 private:
  RecordReader reader_;
};

}  // namespace sluice::tools
