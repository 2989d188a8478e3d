// Links and contacts of the text: filed, not shortened, not too many, and none
// in classes that carriers then read as commercial. Carriers' and vendors'
// rules.

#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "filter/examine/examination.h"

namespace sluice::filter {
namespace {

using rules::Contact;
using Contacts = absl::Span<const Contact>;

bool IsLink(const Contact& contact) {
  return contact.kind == Contact::Kind::kLink;
}

// One finding at all of `contacts` for which `is_at_fault`; none: no finding.
template <typename IsAtFault>
void AddAt(Examination& e, ReasonCode code, absl::string_view rule,
           Contacts contacts, const IsAtFault& is_at_fault) {
  Finding* finding = nullptr;
  for (const Contact& contact : contacts) {
    if (!is_at_fault(contact)) continue;
    if (finding == nullptr) finding = e.findings.Add(code, "text", rule);
    if (finding == nullptr) return;  // The check is off.
    finding->spans.push_back({contact.begin, contact.end});
  }
}

void CheckFiled(Examination& e, Contacts contacts) {
  absl::InlinedVector<Filing, 8> filings;
  for (const Contact& contact : contacts) {
    filings.push_back(FilingOf(e, contact));
  }
  const auto add = [&](ReasonCode code, bool links, Filing filing,
                       absl::string_view rule) {
    AddAt(e, code, rule, contacts, [&](const Contact& contact) {
      return IsLink(contact) == links &&
             filings[static_cast<size_t>(&contact - contacts.data())] == filing;
    });
  };
  add(ReasonCode::kLinkNotRegistered, true, Filing::kNone, {});
  add(ReasonCode::kLinkNotRegistered, true, Filing::kAlike, "looks_filed");
  add(ReasonCode::kLinkNotRegistered, true, Filing::kLapsed, "filing_lapsed");
  add(ReasonCode::kContactNotRegistered, false, Filing::kNone, {});
  add(ReasonCode::kContactNotRegistered, false, Filing::kLapsed,
      "filing_lapsed");
}

void CheckShortened(Examination& e, Contacts contacts) {
  for (const std::string& id : e.snapshot.policy->links().shorteners) {
    const rules::DomainSet* list = e.snapshot.rules->FindDomainList(id);
    if (list == nullptr) continue;
    AddAt(e, ReasonCode::kLinkShortened, id, contacts,
          [list](const Contact& contact) {
            return IsLink(contact) && list->Contains(contact.value);
          });
  }
}

// Marks what is beyond the limit.
void CheckNumber(Examination& e, Contacts contacts) {
  const auto check = [&](bool links, uint32_t max, absl::string_view rule) {
    if (max == 0) return;
    uint32_t count = 0;
    AddAt(e, ReasonCode::kLinkLimit, rule, contacts,
          [&](const Contact& contact) {
            return IsLink(contact) == links && ++count > max;
          });
  };
  check(true, e.snapshot.policy->links().links_max, "links_max");
  check(false, e.snapshot.policy->links().contacts_max, "contacts_max");
}

void CheckClass(Examination& e, Contacts contacts) {
  // A template's class was decided when it was released.
  if (e.made_from != nullptr) return;
  const MessageClass c = e.facts.message_class;
  if (c != MessageClass::kVerification && c != MessageClass::kNotice) return;
  AddAt(e, ReasonCode::kClassMisdeclared, "link", contacts, IsLink);
}

}  // namespace

Filing FilingOf(const Examination& e, const rules::Contact& contact) {
  Filing filing = Filing::kNone;
  const auto look = [&](const FiledContacts& filed) {
    filing = std::max(filing, filed.Of(contact, e.findings.now_ms(), e.look));
  };
  const Signature* signature = e.snapshot.registry->Find(e.facts.signature);
  if (signature != nullptr) look(signature->contacts);
  if (e.made_from != nullptr) look(e.made_from->contacts);
  return filing;
}

void CheckContacts(Examination& e, rules::TextContacts& text) {
  if (!e.snapshot.policy->links().checked) return;
  const Contacts contacts = text.Get();
  if (contacts.empty()) return;
  CheckFiled(e, contacts);
  CheckShortened(e, contacts);
  CheckNumber(e, contacts);
  CheckClass(e, contacts);
}

}  // namespace sluice::filter
