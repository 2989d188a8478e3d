#pragma once

// Messages to submit, read from a file: see record_file.h for the formats. The
// columns are recipient, class, text, unless the first line names others: any
// fields of OutgoingMessage (message_class may be called class, and recipient
// 手机号). A class is `notice` or MESSAGE_CLASS_NOTICE, in any case.

#include <istream>
#include <optional>

#include "sluice/v1/gateway.pb.h"
#include "tools/lib/record_file.h"

namespace sluice::tools {

// One line of input: a message, or its fault.
struct InputLine : InputPlace {
  v1::OutgoingMessage message;
};

class MessageReader {
 public:
  // As RecordReader.
  MessageReader(std::istream& in, std::optional<FileFormat> format);
  std::optional<InputLine> Next();

 private:
  RecordReader reader_;
};

}  // namespace sluice::tools
