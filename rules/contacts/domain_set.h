#pragma once

// A set of domains, such as the ones an operator has filed or blocks. A domain
// stands for itself and everything below it.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"

namespace sluice::rules {

// The fault of one domain, which has no "*." or address before it, and what is
// allowed; empty when there is none, with the domain's form (host_name.h) in
// `host`.
Both DomainFault(absl::string_view domain, std::string& host);

// Immutable; any thread.
class DomainSet {
 public:
  DomainSet() = default;

  // The set of a list file: a domain a line, "*." or "." before it or not, an
  // IPv4 address, or a line of a hosts file that blocks its names ("0.0.0.0
  // example.com www.example.com", also 127.0.0.1, ::, ::1). Names by which
  // hosts files call the machine itself (localhost, broadcasthost, one label)
  // are skipped there; one warning says how many. Case and the spelling of
  // internationalised names do not matter; of a domain that is there again one
  // warning says how many are. A # at the beginning of a line or after a blank
  // begins a comment. Lines with
  // faults are left out of the set. Faults: not UTF-8; no host name; no known
  // top-level domain; a suffix under which anybody registers ("com.cn"); a
  // hosts file's line that gives a name another machine's address.
  static DomainSet Parse(absl::string_view file, absl::string_view content,
                         Faults& faults);

  // Whether `host`, in the form of host_name.h, is in the set or below a domain
  // that is. At most one lookup for each of its labels. Does not allocate.
  bool Contains(absl::string_view host) const;

  size_t size() const { return domains_.size(); }

  // The line that names `host` itself first, from 1; 0: none does.
  uint32_t LineOf(absl::string_view host) const;

  // Each domain, in the order of their lines.
  std::vector<std::string> Domains() const;

  // The domains that `of` has neither as they are nor as a part, sorted.
  std::vector<std::string> NotIn(const DomainSet& of) const;

 private:
  absl::flat_hash_map<std::string, uint32_t> domains_;  // To its first line.
};

// A rule pack's domain lists, by id.
using DomainLists = std::map<std::string, DomainSet, std::less<>>;

}  // namespace sluice::rules
