#pragma once

// A domain list's file with domains taken out and put in, as word_file.h does
// it with words.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/sluicectl/rules/word_file.h"

namespace sluice::ctl {

// `file` is for errors. A domain is the same in every spelling: "*.A.cn" is
// a.cn. Errors: kInvalidArgument (the file's own faults, what is no domain, a
// category), kAlreadyExists (a domain to add is in the list), kNotFound (one to
// remove is not).
absl::StatusOr<std::string> EditDomains(absl::string_view file,
                                        absl::string_view content,
                                        const WordEdit& edit);

}  // namespace sluice::ctl
