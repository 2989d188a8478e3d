#pragma once

// How commands read what stands on their command line, and what they say about
// it when it is wrong.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sluice/v1/message.pb.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// Adds a line with what to do next to an error, unless it has one.
absl::Status WithNext(const absl::Status& status, absl::string_view next);

// The command line makes no sense. Says so and returns its exit code.
int Misused(const Context& context, absl::string_view what);

// The class of a flag. Errors: kInvalidArgument, which lists what is allowed.
absl::StatusOr<v1::MessageClass> ReadClass(const std::string& name);

// A text given on the command line; "-": all of standard input, without the
// line ends behind it.
std::string ReadText(const Context& context, const std::string& text);

inline constexpr char kClassHelp[] =
    "verification, notice, commercial, consent_request or public_interest";

}  // namespace sluice::ctl
