#pragma once

// Links and contacts that were filed, compared with those that a text has.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "rules/base/language.h"
#include "rules/contacts/contacts.h"
#include "rules/contacts/host_alike.h"
#include "sluice/store/v1/party.pb.h"

namespace sluice::filter {

// What is wrong with a contact as it is to be filed, and what is allowed; empty
// when texts' contacts can be told to be this one. Never quotes a number.
Both FilingFault(rules::v1::ContactKind kind, absl::string_view value);

enum class Filing : uint8_t {
  kNone,
  kAlike,  // A link to a domain that only looks like a filed one.
  kLapsed,
  kInForce,
};

// Immutable once made; any thread.
class FiledContacts {
 public:
  FiledContacts() = default;
  // `contacts` must outlive it. A contact that is there twice is filed for as
  // long as the longer one says.
  explicit FiledContacts(
      const google::protobuf::RepeatedPtrField<store::v1::FiledContact>&
          contacts);

  // A domain is filed with everything below it. A fixed line is filed also for
  // texts that leave out its area code. Costs look-ups, however much is filed.
  Filing Of(const rules::Contact& contact, int64_t now_ms,
            rules::HostLook& look) const;

 private:
  struct Entry {
    rules::v1::ContactKind kind = rules::v1::CONTACT_KIND_UNSPECIFIED;
    absl::string_view value;
    int64_t until_ms = 0;
  };

  // Until when; 0: it is not there.
  int64_t UntilOf(rules::v1::ContactKind kind, absl::string_view value) const;
  int64_t UntilOfLink(absl::string_view host) const;
  int64_t UntilOfPhone(absl::string_view digits) const;

  // Whether people take `host` for a filed domain, or one below it.
  bool LooksFiled(absl::string_view host, rules::HostLook& look) const;
  void AddPhone(const Entry& entry);

  std::vector<Entry> entries_;              // By kind and value.
  absl::flat_hash_set<std::string> looks_;  // HostLook of each domain.
  // Until when, by fixed line without its area code.
  absl::flat_hash_map<absl::string_view, int64_t> local_phones_;
};

}  // namespace sluice::filter
