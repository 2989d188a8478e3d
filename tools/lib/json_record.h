#pragma once

// A message from the JSON that people write: enum values by their short or
// Chinese names, fields by other names, too.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "rules/base/language.h"

namespace sluice::tools {

// What is wrong with a JSON text, and where. Quotes no value of it.
struct JsonFault {
  Both what;  // Its English is empty: nothing.
  size_t offset = 0;
};

// Reads `text`, one JSON object, into `message`. `names` are other names of
// its fields.
JsonFault ParseJsonRecord(
    absl::string_view text,
    const std::vector<std::pair<std::string, std::string>>& names,
    google::protobuf::Message& message);

// Where the value of the field `key` begins in a JSON text; 0 without one.
size_t JsonValueAt(absl::string_view text, absl::string_view key);

}  // namespace sluice::tools
