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

// Whether it is one of the sites that everybody uses, with "www." or without.
bool IsFamousSite(absl::string_view host);

// Looks at the lines of a domain list, the content of `file`. A `trusted` one
// may lift hits: see list_warnings.h for what is odd there. One that is
// `stopped` is of shorteners or hits, and should have no site that everybody
// uses; a line of a hosts file is looked at name by name. `distrusted`: the
// sets that no domain of a trusted one should be in. `others`: those of which
// it repeats domains to no purpose, with their files.
struct OtherDomains {
  std::string file;
  const DomainSet* set = nullptr;
};
void FindOddDomains(const std::string& file, absl::string_view content,
                    bool trusted, bool stopped,
                    const std::vector<const DomainSet*>& distrusted,
                    const std::vector<OtherDomains>& others,
                    Warnings& warnings);

}  // namespace sluice::rules
