#pragma once

// The text of a message: its own, or the one that its template makes of its
// variables. A verdict has only positions; a person wants to see the text there
// and the variable that it came from.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sluice/v1/gateway.pb.h"
#include "sluice/v1/message.pb.h"
#include "tools/lib/connection.h"

namespace sluice::ctl {

struct MadeText {
  struct Place {
    std::string variable;
    v1::Span span;
  };
  std::string text;
  std::vector<Place> places;  // In the order of the text.

  // "variables.code" for a reason about the value of a variable; otherwise the
  // reason's own field.
  std::string FieldOf(const v1::Reason& reason) const;
};

// The text is empty if there is none to show: the verdict says what is wrong
// with the template or its values. Errors: kPermissionDenied (the key may not
// read templates in the registry), others of the call.
absl::StatusOr<MadeText> MakeText(const tools::Connection& connection,
                                  const v1::OutgoingMessage& message);

}  // namespace sluice::ctl
