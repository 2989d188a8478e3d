#pragma once

// Opt-outs to import, read from a file: see record_file.h for the formats. One
// number a line; or columns, which the first line names:
//   recipient, content_provider, signature, classes, source, evidence
// where classes are separated by spaces, commas, semicolons or |. In CSV an
// opt-out is one line: a cell must not go on in the next line, because a stray
// quote would take the opt-outs up to the next quote into one text.

#include <cstdint>
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
  uint64_t lines() const { return reader_.lines(); }

 private:
  RecordReader reader_;
};

}  // namespace sluice::tools
