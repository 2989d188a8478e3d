#pragma once

// What is wrong with a journal, as a person reads it. The store says it in
// English, for the log.

#include <string>

#include "absl/strings/string_view.h"
#include "rules/base/language.h"

namespace sluice::ctl {

// The damage in this language. What this version does not know is given as the
// store says it, marked as a quotation.
std::string DamageWords(Language language, absl::string_view english);

}  // namespace sluice::ctl
