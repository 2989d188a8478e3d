#pragma once

// A CMPP PDU laid out for a person: every field with its place, value and
// meaning, and whether our encoder makes the same octets of it.
//
// Apart from the session because it must explain broken PDUs too, and shows
// what a session must never log: numbers and texts.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/link/cmpp/header.h"

namespace sluice::cmpp {

struct ExplainedField {
  size_t offset = 0;    // In the PDU; a report's fields too.
  size_t size = 0;      // Octets.
  std::string name;     // As the specification spells it.
  std::string value;    // Texts in double quotes, octets in hexadecimal.
  std::string meaning;  // Empty when there is nothing to add.
};

struct Explanation {
  // Up to the first field that could not be read.
  std::vector<ExplainedField> fields;
  // OK, or what is wrong with the PDU, beginning with the field.
  absl::Status status;
  // What our encoder makes of it; empty unless `status` is OK.
  std::string encoded_again;
  // Offset of the first octet in which that differs from the PDU (which may be
  // where the shorter one ends), or npos.
  size_t first_difference = std::string::npos;

  // It was read and written again octet by octet.
  bool faithful() const {
    return status.ok() && first_difference == std::string::npos;
  }
};

// `version` is that of the session, which the octets do not tell.
Explanation Explain(Version version, absl::string_view pdu);

}  // namespace sluice::cmpp
