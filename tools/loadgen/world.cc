#include "tools/loadgen/world.h"

#include "absl/time/clock.h"
#include "rules/base/status_macros.h"
#include "tools/lib/registry_client.h"
#include "tools/lib/words.h"

namespace sluice::load {
namespace {

constexpr char kLicensee[] = "loadgen";
constexpr char kAccount[] = "loadgen";

store::v1::Party LicenseeParty() {
  store::v1::Party party;
  party.set_id(kLicensee);
  store::v1::Licensee& licensee = *party.mutable_licensee();
  licensee.set_name("Load generator");
  licensee.set_license_number("B2-LOADGEN");
  licensee.set_license_type("SMS");
  licensee.add_license_areas("all");
  *licensee.mutable_license_from() = tools::ToTimestamp(
      absl::FromCivil(absl::CivilDay(2000, 1, 1), absl::UTCTimeZone()));
  *licensee.mutable_license_until() = tools::ToTimestamp(
      absl::FromCivil(absl::CivilDay(2100, 1, 1), absl::UTCTimeZone()));
  return party;
}

store::v1::Party PortParty(const std::string& id, const std::string& number,
                           const std::vector<v1::MessageClass>& purposes) {
  store::v1::Party party;
  party.set_id(id);
  store::v1::Port& port = *party.mutable_port();
  port.set_number(number);
  port.set_alias(id);
  port.set_content_provider_id(kContentProvider);
  port.set_licensee_id(kLicensee);
  for (const v1::MessageClass purpose : purposes) port.add_purposes(purpose);
  port.set_signature_placement(store::v1::Port::PLACEMENT_CHECK);
  port.set_notice_placement(store::v1::Port::PLACEMENT_CHECK);
  return party;
}

store::v1::Party SignatureParty() {
  store::v1::Party party;
  party.set_id("loadgen");
  store::v1::Signature& signature = *party.mutable_signature();
  signature.set_name(kSignature);
  signature.set_content_provider_id(kContentProvider);
  for (const char* carrier : {"mobile", "unicom", "telecom", "broadnet"}) {
    auto& filing = *signature.add_filings();
    filing.set_carrier(carrier);
    filing.set_in_force(true);
  }
  return party;
}

}  // namespace

absl::StatusOr<std::string> SetUpWorld(const tools::Connection& admin) {
  tools::RegistryClient registry(admin, "load generator");
  SLUICE_RETURN_IF_ERROR(registry.Ensure(LicenseeParty()));
  store::v1::Party provider;
  provider.set_id(kContentProvider);
  provider.mutable_content_provider()->set_name("Load generator");
  SLUICE_RETURN_IF_ERROR(registry.Ensure(provider));
  SLUICE_RETURN_IF_ERROR(registry.Ensure(SignatureParty()));
  SLUICE_RETURN_IF_ERROR(registry.Ensure(
      PortParty("loadgen-service", "1069970001",
                {v1::MESSAGE_CLASS_VERIFICATION, v1::MESSAGE_CLASS_NOTICE,
                 v1::MESSAGE_CLASS_PUBLIC_INTEREST})));
  SLUICE_RETURN_IF_ERROR(registry.Ensure(PortParty(
      "loadgen-ads", "1069970002",
      {v1::MESSAGE_CLASS_COMMERCIAL, v1::MESSAGE_CLASS_CONSENT_REQUEST})));
  store::v1::Party account;
  account.set_id(kAccount);
  account.mutable_account()->set_name("Load generator");
  account.mutable_account()->set_licensee_id(kLicensee);
  account.mutable_account()->add_content_provider_ids(kContentProvider);
  SLUICE_RETURN_IF_ERROR(registry.Ensure(account));
  return registry.MakeKey(kAccount,
                          {admin::v1::ROLE_SUBMIT, admin::v1::ROLE_OFFICER},
                          "load generator");
}

}  // namespace sluice::load
