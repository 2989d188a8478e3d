#include "rules/match/contact_sets.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"

namespace sluice::rules {
namespace {

constexpr uint32_t Bit(int kind) { return uint32_t{1} << kind; }

constexpr uint32_t kAllButLinks =
    Bit(rules::v1::CONTACT_KIND_EMAIL) | Bit(rules::v1::CONTACT_KIND_PHONE) |
    Bit(rules::v1::CONTACT_KIND_QQ) | Bit(rules::v1::CONTACT_KIND_WECHAT);

// The first of `lists` that holds `host`; their end when none does.
template <typename Lists>
auto Holding(const Lists& lists, absl::string_view host) {
  return absl::c_find_if(
      lists, [host](const auto& list) { return list.domains->Contains(host); });
}

}  // namespace

void InsertFound(const Found& one, std::vector<Found>& found) {
  const auto key = [](const Found& f) {
    return std::tie(f.set, f.begin, f.end, f.pattern);
  };
  found.insert(std::upper_bound(found.begin(), found.end(), one,
                                [&](const Found& a, const Found& b) {
                                  return key(a) < key(b);
                                }),
               one);
}

rules::v1::ContactKind KindOf(const Contact& contact) {
  switch (contact.kind) {
    case Contact::Kind::kLink:
      return rules::v1::CONTACT_KIND_LINK;
    case Contact::Kind::kEmail:
      return rules::v1::CONTACT_KIND_EMAIL;
    case Contact::Kind::kPhone:
      return rules::v1::CONTACT_KIND_PHONE;
    case Contact::Kind::kQq:
      return rules::v1::CONTACT_KIND_QQ;
    case Contact::Kind::kWeChat:
      return rules::v1::CONTACT_KIND_WECHAT;
  }
  return rules::v1::CONTACT_KIND_UNSPECIFIED;
}

void ContactSets::Add(uint32_t set, const rules::v1::LinkMatch& match,
                      const DomainLists& lists) {
  Set& added = sets_.emplace_back();
  added.number = set;
  added.kinds = Bit(rules::v1::CONTACT_KIND_LINK);
  const auto take = [&lists](const auto& ids, std::vector<List>& out) {
    for (const std::string& id : ids) {
      const auto& [name, domains] = *lists.find(id);
      out.push_back({name, &domains});
    }
  };
  take(match.domain_lists(), added.lists);
  take(match.except_domain_lists(), added.except);
}

void ContactSets::Add(uint32_t set, const rules::v1::ContactMatch& match) {
  Set& added = sets_.emplace_back();
  added.number = set;
  for (const int kind : match.kinds()) added.kinds |= Bit(kind);
  if (added.kinds == 0) added.kinds = kAllButLinks;
}

bool ContactSets::Takes(const Set& set, const Contact& contact) {
  if ((set.kinds & Bit(KindOf(contact))) == 0) return false;
  const absl::string_view host = contact.value;
  const bool listed =
      set.lists.empty() || Holding(set.lists, host) != set.lists.end();
  return listed && Holding(set.except, host) == set.except.end();
}

void ContactSets::Find(absl::Span<const Contact> contacts,
                       std::vector<Found>& found) const {
  for (const Contact& contact : contacts) {
    const uint32_t pattern =
        kContactPatterns + static_cast<uint32_t>(KindOf(contact));
    for (const Set& set : sets_) {
      if (!Takes(set, contact)) continue;
      InsertFound({set.number, contact.begin, contact.end, pattern,
                   rules::v1::FOLDING_LEVEL_UNSPECIFIED},
                  found);
    }
  }
}

absl::string_view ContactSets::ListOf(uint32_t set,
                                      absl::string_view host) const {
  const auto asked = absl::c_find_if(
      sets_, [set](const Set& one) { return one.number == set; });
  if (asked == sets_.end()) return {};
  const auto list = Holding(asked->lists, host);
  return list == asked->lists.end() ? absl::string_view() : list->id;
}

}  // namespace sluice::rules
