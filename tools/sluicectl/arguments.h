#pragma once

// How commands read their arguments, and how they report faulty ones.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/base/language.h"
#include "sluice/v1/message.pb.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// Adds a line with the next step to an error that has none yet.
absl::Status WithNext(const absl::Status& status, absl::string_view next);
absl::Status WithNext(const absl::Status& status, const Both& next);

// Reports a wrong command line and returns its exit code.
int Misused(const Context& context, absl::string_view what);

// kInvalidArgument: the fault of a flag's value, after the flag's name.
absl::Status InFlag(absl::string_view flag, const absl::Status& fault);

// The class of a flag. Errors: kInvalidArgument, which lists what is allowed.
absl::StatusOr<v1::MessageClass> ReadClass(const std::string& name);

// A text from the command line; "-": all of standard input, without the line
// ends at its end.
std::string ReadText(const Context& context, const std::string& text);

// The same as UTF-8. `encoding` as for tools::AsUtf8(). Errors:
// kInvalidArgument (the text is of another encoding).
absl::StatusOr<std::string> ReadUtf8(const Context& context,
                                     const std::string& text,
                                     absl::string_view encoding);

inline constexpr Words kClassHelp = {
    "verification、notice、commercial、consent_request 或 public_interest",
    "verification, notice, commercial, consent_request or public_interest"};

}  // namespace sluice::ctl
