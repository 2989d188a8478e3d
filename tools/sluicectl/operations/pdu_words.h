#pragma once

// What the explanation of a PDU says beside the protocol's own names, as a
// person reads it.

#include <string>

#include "absl/strings/string_view.h"
#include "rules/base/language.h"

namespace sluice::ctl {

// The meaning of a field's value.
std::string PduMeaning(Language language, absl::string_view english);

// Why a PDU is none, after the name of its field.
std::string PduFault(Language language, absl::string_view english);

}  // namespace sluice::ctl
