#pragma once

// The number that a person looks up, as pasted (rules/base/pasted_phone.h).

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/base/phone.h"

namespace sluice::gateway {

// Where records are that name numbers which are not valid: 10086, pseudo-1.
// The index by number has none of them.
enum class Elsewhere {
  kMessages,  // AuditService.SearchMessages by time.
  kReplies,   // RepliesService.ListReplies by time.
};

// Errors: kInvalidArgument with the field, saying what is wrong and how to find
// such a number elsewhere; without the number.
absl::StatusOr<Phone> ReadLookedUp(absl::string_view field,
                                   absl::string_view number,
                                   Elsewhere elsewhere);

}  // namespace sluice::gateway
