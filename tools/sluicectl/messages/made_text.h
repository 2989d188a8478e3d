#pragma once

// The text that a message has: its own, or the one that its template makes of
// its variables. A verdict says places only, and a person wants to see what
// stands there and which variable brought it.

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
  std::vector<Place> places;  // By place.

  // "variables.code" for a reason about what stands in a variable; else the
  // reason's own field.
  std::string FieldOf(const v1::Reason& reason) const;
};

// With an empty text where there is none to show: the verdict says what is
// wrong with the template or its values. Errors: kPermissionDenied (the key may
// not read the registry, from which the template comes), others of the call.
absl::StatusOr<MadeText> MakeText(const tools::Connection& connection,
                                  const v1::OutgoingMessage& message);

}  // namespace sluice::ctl
