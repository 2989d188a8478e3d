#pragma once

// Reads the body of a DELIVER, also of a carrier that breaks the layout. Some
// send a Msg_Length of 0, or that of the other version's report, or too much;
// some cut or omit the Reserved field, or mix the versions. The PDU's own
// length tells where the content ends, so that no report and no refusal is
// lost.

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/link/cmpp/deliver.h"

namespace sluice::cmpp {

// Reads `body` into `deliver`. `fault` says what is wrong with the layout, in
// the protocol's words and without any value of a text field; empty: nothing.
// Errors: those of TakeBody, when not even the fields before the content are
// there.
absl::Status TakeDeliver(absl::string_view body, Version spoken,
                         Deliver& deliver, std::string& fault);

}  // namespace sluice::cmpp
