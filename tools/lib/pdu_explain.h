#pragma once

// Explains a CMPP PDU to a person: every field with its offset, value and
// meaning, and whether our encoder produces the same octets.
//
// Separate from the session, because it must explain broken PDUs too, and shows
// numbers and texts, which a session must never log.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/link/cmpp/header.h"

namespace sluice::cmpp {

struct ExplainedField {
  size_t offset = 0;    // In the PDU, also for fields of a report.
  size_t size = 0;      // Octets.
  std::string name;     // As the specification spells it.
  std::string value;    // Texts in double quotes, octets in hexadecimal.
  std::string meaning;  // Empty when there is nothing to add.
};

struct Explanation {
  // The fields up to the first one that could not be read.
  std::vector<ExplainedField> fields;
  // OK, or the PDU's fault, beginning with the field.
  absl::Status status;
  // The PDU as our encoder writes it; empty unless `status` is OK.
  std::string encoded_again;
  // Offset of the first octet in which `encoded_again` differs from the PDU
  // (perhaps the end of the shorter one), or npos.
  size_t first_difference = std::string::npos;

  // Whether our encoder reproduced the PDU octet by octet.
  bool faithful() const {
    return status.ok() && first_difference == std::string::npos;
  }
};

// `version` is that of the session; the octets do not contain it.
Explanation Explain(Version version, absl::string_view pdu);

}  // namespace sluice::cmpp
