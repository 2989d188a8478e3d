#pragma once

// What a command makes, such as a proof: to a file, or to the output.

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

bool FileExists(const std::string& path);

// What a person made is not overwritten: checked before the work begins.
// Errors: kAlreadyExists, naming the flag, unless nothing is at `path`, or it
// is empty.
absl::Status CheckNewFile(absl::string_view flag, const std::string& path);

// Writes a new file, or to the output when `path` is empty. Errors:
// kUnavailable (also: there is a file by now).
absl::Status WriteOut(const Context& context, const std::string& path,
                      const std::string& text);

}  // namespace sluice::ctl
