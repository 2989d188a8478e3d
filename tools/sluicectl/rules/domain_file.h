#pragma once

// Removes and adds domains in the file of a domain list, as word_file.h does
// with words.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/sluicectl/rules/word_file.h"

namespace sluice::ctl {

// `file` is for errors. All spellings of a domain are the same: "*.A.cn" is
// a.cn. Errors: kInvalidArgument (the file's own faults, a faulty domain, a
// category), kAlreadyExists (a domain to add is in the list), kNotFound (a
// domain to remove is not), kFailedPrecondition (its line names others too).
absl::StatusOr<std::string> EditDomains(absl::string_view file,
                                        absl::string_view content,
                                        const WordEdit& edit);

// Adds the domains of the file `from`, a domain list or a hosts file, a line
// each. Errors: kInvalidArgument (the faults of either file).
absl::StatusOr<FileAdded> AddDomainsOf(absl::string_view file,
                                       absl::string_view content,
                                       absl::string_view from,
                                       absl::string_view from_content);

}  // namespace sluice::ctl
