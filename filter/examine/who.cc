// Who sends: the caller's account, the content provider it speaks for, and the
// licensee above them. Order 31, articles 6, 7 and 13.

#include "filter/examine/examination.h"

namespace sluice::filter {
namespace {

const ContentProvider* FindContentProvider(Examination& e) {
  const Account& account = *e.account;
  const absl::string_view id = e.message.on_behalf_of;
  if (id.empty()) {
    if (account.content_providers.size() == 1) {
      return account.content_providers[0];
    }
    e.findings.Add(ReasonCode::kFieldInvalid, "on_behalf_of", "needed");
    return nullptr;
  }
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
