#pragma once

// What a program may act on when a call fails, as facts beside the prose of an
// absl::Status: the reason and the field. They travel as payloads of the status
// from where the fault is found to gateway/wire/rpc_status.h, which tells
// clients. Here, on the ground floor, because the store finds faults too.

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sluice {

// Reasons that the status code alone does not tell apart.
enum class ErrorReason {
  kOverloaded,       // Queues are full.
  kDiskFull,         // The journal has no room on its disk.
  kRateLimited,      // The account sends more than it may in a second.
  kTooManyWatches,   // Of the account, or of all accounts together.
  kBatchTooLarge,    // More messages or bytes than a call may have.
  kClockStepped,     // The system clock has moved; nothing is decided.
  kJournalReopened,  // The journal cannot be written at the moment.
  kStopping,         // The server is about to end.
  kNeedsColleague,   // Another person must do it, with another key.
  kNeedsAccountKey,  // Only a key of an account with the role submit may.
  kUndoesOthers,     // A version that was not made from the one in force.
};

// `status`, which is an error, with its reason. The first one given stands.
absl::Status WithReason(absl::Status status, ErrorReason reason);

// The reason in the API's spelling, such as DISK_FULL. Without one it is
// OVERLOADED for kResourceExhausted, else the name of the status code, such as
// NOT_FOUND.
absl::string_view ReasonOf(const absl::Status& status);

// Whether ReasonOf(status) is `reason`.
bool HasReason(const absl::Status& status, ErrorReason reason);

// The reason with this name; nullopt for the name of a status code and for one
// that a newer server gives.
std::optional<ErrorReason> ParseErrorReason(absl::string_view name);

// kInvalidArgument about one field of the request, given by its path, such as
// "port.number". The message is "field: what".
absl::Status InvalidField(absl::string_view field, absl::string_view what);

// An error with the path of the field that it is about.
absl::Status WithField(absl::Status status, absl::string_view field);

// The path of the field; empty when the error is about none.
std::string FieldOf(const absl::Status& status);

// `status`, found in a message that is the field `outer` of the request: a
// field "text" becomes "template.text", and none stays none.
absl::Status WithOuterField(absl::Status status, absl::string_view outer);

// The prose without the field that it begins with, whose path may be longer.
absl::string_view MessageWithoutField(const absl::Status& status);

}  // namespace sluice
