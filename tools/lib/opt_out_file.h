#pragma once

// Opt-outs to import, read from a file: see record_file.h for the formats. One
// number a line; or columns, which the first line names:
//   recipient, content_provider, signature, classes, source, evidence
// where classes are separated by spaces, commas, semicolons or |.

#include <istream>
#include <optional>

#include "sluice/admin/v1/opt_outs.pb.h"
#include "tools/lib/record_file.h"

namespace sluice::tools {

// One line of input: an opt-out, or its fault.
struct OptOutLine : InputPlace {
  admin::v1::AddOptOutRequest opt_out;
};

class OptOutReader {
 public:
  // As RecordReader.
  OptOutReader(std::istream& in, std::optional<FileFormat> format);
  std::optional<OptOutLine> Next();

 private:
  RecordReader reader_;
};

}  // namespace sluice::tools
