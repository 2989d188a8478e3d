#pragma once

// What kind of record bytes are, without parsing the record.

#include "absl/strings/string_view.h"

namespace sluice::store {

// The number of the field in Record.body that is set, such as
// v1::Record::kDecidedFieldNumber; 0: the bytes are no record, or have none.
int BodyOf(absl::string_view record);

}  // namespace sluice::store
