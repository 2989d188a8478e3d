#pragma once

// What carriers' codes mean, as a person reads it. The links keep the meanings
// in English, for the log.

#include <string>

#include "absl/strings/string_view.h"
#include "rules/base/language.h"

namespace sluice::ctl {

// The meaning in this language; one that is not known stays as it is.
std::string CarrierWords(Language language, absl::string_view english);

}  // namespace sluice::ctl
