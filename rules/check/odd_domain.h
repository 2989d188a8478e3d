#pragma once

// Domains of a list that their author hardly means: those that a trusted list
// must not have, or one of domains to stop, and those that a Chinese keyboard
// wrote.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/base/warnings.h"
#include "rules/contacts/domain_set.h"

namespace sluice::rules {

// Looks at the lines of a domain list, the content of `file`. A `trusted` one
// may lift hits: see list_warnings.h for what is odd there. One that is
// `stopped` is of shorteners or hits, and should have no site that everybody
// uses. `distrusted`: the sets that no domain of a trusted one should be in.
void FindOddDomains(const std::string& file, absl::string_view content,
                    bool trusted, bool stopped,
                    const std::vector<const DomainSet*>& distrusted,
                    Warnings& warnings);

}  // namespace sluice::rules
