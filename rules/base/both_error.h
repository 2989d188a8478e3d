#pragma once

// Errors whose prose is said in both languages where they are found: the
// message is English, and ChineseOf() (rules/base/language.h) has the Chinese.

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rules/base/language.h"

namespace sluice {

absl::Status ErrorOf(absl::StatusCode code, const Both& what);

// About one field of the request, given by its path. The message is "field:
// what"; the Chinese does not begin with the field.
absl::Status ErrorOf(absl::StatusCode code, absl::string_view field,
                     const Both& what);
absl::Status InvalidField(absl::string_view field, const Both& what);

// The prose of an error, for one that repeats it.
Both BothOf(const absl::Status& status);

}  // namespace sluice
