// Who sends: the caller's account, the content provider it speaks for, and the
// licensee above them. Order 31, articles 6, 7 and 13.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "filter/examine/examination.h"

namespace sluice::filter {
namespace {

using ContentProviders = absl::Span<const ContentProvider* const>;

// The only content provider of the account that has a signature of this name.
// Null when it has none or several such; of several, `possible` says which.
const ContentProvider* OwnerOfName(
    const Examination& e, absl::string_view name,
    std::vector<const ContentProvider*>& possible) {
  if (name.empty()) return nullptr;
  possible.clear();
  e.snapshot.registry->ForEachSignatureNamed(
      name, [&](const Signature& signature) {
        const ContentProvider* owner = signature.content_provider;
        if (e.account->MaySendFor(owner->number)) possible.push_back(owner);
      });
  std::sort(possible.begin(), possible.end(),
            [](const auto* a, const auto* b) { return a->number < b->number; });
  return possible.size() == 1 ? possible[0] : nullptr;
}

// The content provider that the message shows by what it names: a signature, a
// template, a port. What is of no content provider of the account shows
// nothing; its own check says what is wrong with it. What contradicts the
// first is likewise left to the checks.
const ContentProvider* ShownBy(const Examination& e,
                               std::vector<const ContentProvider*>& possible) {
  const Registry& registry = *e.snapshot.registry;
  const Message& message = e.message;
  const auto owner = [&e](const auto* party) -> const ContentProvider* {
    if (party == nullptr || party->content_provider == nullptr) return nullptr;
    const ContentProvider* found = party->content_provider;
    return e.account->MaySendFor(found->number) ? found : nullptr;
  };
  if (const auto* found = owner(registry.SignatureById(message.signature_id))) {
    return found;
  }
  if (const auto* found = owner(registry.TemplateById(message.template_id))) {
    return found;
  }
  if (const auto* found =
          OwnerOfName(e, SignatureAtHead(message.text), possible)) {
    return found;
  }
  return owner(PortNamed(registry, message.sender));
}

// "one_of:bank,shop" for the caller to choose from; the list ends with "..."
// when it would be long.
absl::string_view OneOf(ContentProviders possible, std::string& out) {
  constexpr size_t kBytesMax = 200;
  // Never in the string itself: findings look into it wherever the facts move.
  out.reserve(kBytesMax + 2 * kFieldBytesMax);
  out = "one_of:";
  absl::string_view separator;
  for (const ContentProvider* one : possible) {
    if (out.size() + one->id.size() > kBytesMax) {
      absl::StrAppend(&out, separator, "...");
      break;
    }
    absl::StrAppend(&out, separator, one->id);
    separator = ",";
  }
  return out;
}

// The one that a message means which names none.
const ContentProvider* ImpliedContentProvider(Examination& e) {
  const ContentProviders all = e.account->content_providers;
  if (all.size() == 1) return all[0];
  if (all.empty()) {
    e.findings.Add(ReasonCode::kFieldInvalid, "on_behalf_of", "needed");
    return nullptr;
  }
  std::vector<const ContentProvider*> possible;
  const ContentProvider* shown = ShownBy(e, possible);
  if (shown == nullptr) {
    e.findings.Add(ReasonCode::kFieldInvalid, "on_behalf_of",
                   OneOf(possible.empty() ? all : ContentProviders(possible),
                         e.facts.possible));
  }
  return shown;
}

const ContentProvider* FindContentProvider(Examination& e) {
  const Account& account = *e.account;
  const absl::string_view id = e.message.on_behalf_of;
  if (id.empty()) return ImpliedContentProvider(e);
  const ContentProvider* provider =
      e.snapshot.registry->ContentProviderById(id);
  if (provider == nullptr || !account.MaySendFor(provider->number)) {
    e.findings.Add(ReasonCode::kFieldInvalid, "on_behalf_of", "not_of_account");
    return nullptr;
  }
  return provider;
}

void CheckLicensee(const Licensee& licensee, const Port* port,
                   Findings& findings) {
  if (!licensee.active) {
    findings.Add(ReasonCode::kProviderSuspended, {}, "licensee");
  }
  if (!licensee.licensed || licensee.from_ms > findings.now_ms()) {
    findings.Add(ReasonCode::kProviderLicenseMissing);
  } else if (licensee.until_ms <= findings.now_ms()) {
    findings.Add(ReasonCode::kProviderLicenseExpired);
  }
  if (port != nullptr && !licensee.Covers(port->place)) {
    findings.Add(ReasonCode::kProviderLicenseScope, "sender");
  }
}

// Whether the account or one above it sends under this licence.
bool SendsUnder(const Account& account, const Licensee& licensee) {
  for (const Account* a = &account; a != nullptr; a = a->parent) {
    if (a->licensee == &licensee) return true;
  }
  return false;
}

}  // namespace

void FindWho(Examination& e) {
  e.account = e.snapshot.registry->Find(e.facts.account);
  if (e.account == nullptr) {
    e.findings.Add(ReasonCode::kProviderSuspended, {}, "account_unknown");
    return;
  }
  if (!e.account->active) {
    e.findings.Add(ReasonCode::kProviderSuspended, {}, "account");
  }
  e.licensee = e.account->licensee;
  if (e.licensee != nullptr) e.facts.licensee = e.licensee->number;
  e.content_provider = FindContentProvider(e);
  if (e.content_provider == nullptr) return;
  e.facts.content_provider = e.content_provider->number;
  if (!e.content_provider->active) {
    e.findings.Add(ReasonCode::kProviderSuspended, "on_behalf_of",
                   "content_provider");
  } else if (e.content_provider->relationship_ends_ms <= e.findings.now_ms()) {
    e.findings.Add(ReasonCode::kProviderSuspended, "on_behalf_of",
                   "relationship_ended");
  }
}

void CheckLicence(Examination& e) {
  if (e.licensee == nullptr) {
    e.findings.Add(ReasonCode::kProviderLicenseMissing);
  } else {
    CheckLicensee(*e.licensee, e.port, e.findings);
  }
  const Licensee* port_licensee =
      e.port == nullptr ? nullptr : e.port->licensee;
  if (port_licensee == nullptr || port_licensee == e.licensee) return;
  // A code that was assigned to one licensee is used through another.
  if (e.account != nullptr && !SendsUnder(*e.account, *port_licensee)) {
    e.findings.Add(ReasonCode::kPortSubleased, "sender");
  } else {
    CheckLicensee(*port_licensee, e.port, e.findings);
  }
}

}  // namespace sluice::filter
