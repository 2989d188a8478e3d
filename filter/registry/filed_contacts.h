#pragma once

// Links and contacts that were filed, compared with those that a text has.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/contacts/contacts.h"
#include "sluice/store/v1/party.pb.h"

namespace sluice::filter {

// What is wrong with a contact as it is to be filed, and what is allowed; empty
// when texts' contacts can be told to be this one. Never quotes a number.
std::string FilingFault(rules::v1::ContactKind kind, absl::string_view value);

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
  // texts that leave out its area code. Allocates for links that are not
  // filed only.
  Filing Of(const rules::Contact& contact, int64_t now_ms) const;

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
  bool LooksFiled(absl::string_view host) const;

  std::vector<Entry> entries_;      // By kind and value.
  std::vector<std::string> looks_;  // LookOfHost() of each domain.
};

}  // namespace sluice::filter
