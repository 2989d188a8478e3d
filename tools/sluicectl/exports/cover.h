#pragma once

// The cover of an export: a page that says what the file is, and the proof that
// the store journaled its digest, which `sluicectl audit verify` reads.

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

struct CoveredExport {
  std::string kind;     // "messages": as the command is named.
  std::string title;    // The same for people.
  std::string written;  // The complete file.
  std::string path;     // What it will be named.
  const google::protobuf::Message& request;
  uint64_t rows = 0;
  // Rows by what they are, such as decisions; empty: not counted.
  std::map<std::string, uint64_t> counts;
};

// "october.xlsx.proof.json", "october.xlsx.cover.pdf".
std::string ProofPathOf(const std::string& path);
std::string CoverPathOf(const std::string& path);

// Has the server journal the export and sign it, and writes both files. Without
// a font only the proof is written, and a line says so. Errors: those of the
// call; kUnavailable.
absl::Status WriteCover(const Context& context, const CoveredExport& covered);

}  // namespace sluice::ctl
