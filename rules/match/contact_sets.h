#pragma once

// The sets of a rule set that are not of words: the `links` and `contacts` of
// rules. Their hits are merged into those of a scan, so that trees, allowed
// phrases and explanations treat both alike.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/contacts/contacts.h"
#include "rules/contacts/domain_set.h"
#include "rules/match/matcher.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::rules {

rules::v1::ContactKind KindOf(const Contact& contact);

// Found::pattern of a contact: this and its kind. No word or regex has it.
inline constexpr uint32_t kContactPatterns = 0xffffff00;

// Puts a hit into those of a scan, in the order of Scanner::Scan.
void InsertFound(const Found& one, std::vector<Found>& found);

// Immutable once filled; any thread.
class ContactSets {
 public:
  // Sets are added in the order of their numbers. `lists` has all lists that
  // `match` names, and must outlive this.
  void Add(uint32_t set, const rules::v1::LinkMatch& match,
           const DomainLists& lists);
  void Add(uint32_t set, const rules::v1::ContactMatch& match);

  bool empty() const { return sets_.empty(); }

  // Inserts those of `contacts` that are of a set into `found`, which is in
  // the order of Scanner::Scan and stays so.
  void Find(absl::Span<const Contact> contacts,
            std::vector<Found>& found) const;

  // The domain list by which `set` takes a link to `host`; empty: it takes
  // every link.
  absl::string_view ListOf(uint32_t set, absl::string_view host) const;

 private:
  struct List {
    absl::string_view id;
    const DomainSet* domains;
  };
  struct Set {
    uint32_t number = 0;
    uint32_t kinds = 0;  // A bit each, by rules::v1::ContactKind.
    std::vector<List> lists;
    std::vector<List> except;
  };

  static bool Takes(const Set& set, const Contact& contact);

  std::vector<Set> sets_;
};

}  // namespace sluice::rules
