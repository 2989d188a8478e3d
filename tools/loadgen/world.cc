#include "tools/loadgen/world.h"

#include "absl/time/clock.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/campaigns.grpc.pb.h"
#include "tools/lib/registry_client.h"
#include "tools/lib/words.h"

namespace sluice::load {
namespace {

constexpr char kLicensee[] = "loadgen";
constexpr char kAccount[] = "loadgen";

admin::v1::Licensee LicenseeParty() {
  admin::v1::Licensee licensee;
  licensee.set_id(kLicensee);
  licensee.set_name("Load generator");
  licensee.set_license_number("B2-LOADGEN");
  licensee.set_license_type("SMS");
  licensee.add_license_areas("all");
  *licensee.mutable_license_start_time() = tools::ToTimestamp(
      absl::FromCivil(absl::CivilDay(2000, 1, 1), absl::UTCTimeZone()));
  *licensee.mutable_license_end_time() = tools::ToTimestamp(
      absl::FromCivil(absl::CivilDay(2100, 1, 1), absl::UTCTimeZone()));
  return licensee;
}

admin::v1::Port PortParty(const std::string& id, const std::string& number,
                          const std::vector<v1::MessageClass>& purposes) {
  admin::v1::Port port;
  port.set_id(id);
  port.set_number(number);
  port.set_alias(id);
  port.set_content_provider_id(kContentProvider);
  port.set_licensee_id(kLicensee);
  for (const v1::MessageClass purpose : purposes) port.add_purposes(purpose);
  port.set_signature_placement(admin::v1::Port::PLACEMENT_CHECK);
  port.set_notice_placement(admin::v1::Port::PLACEMENT_CHECK);
  return port;
}

admin::v1::Signature SignatureParty() {
  admin::v1::Signature signature;
  signature.set_id("loadgen");
  signature.set_name(kSignature);
  signature.set_content_provider_id(kContentProvider);
  for (const admin::v1::Carrier carrier :
       {admin::v1::CARRIER_MOBILE, admin::v1::CARRIER_UNICOM,
        admin::v1::CARRIER_TELECOM, admin::v1::CARRIER_BROADNET}) {
    auto& filing = *signature.add_filings();
    filing.set_carrier(carrier);
    filing.set_in_force(true);
  }
  return signature;
}

}  // namespace

absl::StatusOr<std::string> SetUpWorld(const tools::Connection& admin) {
  tools::RegistryClient registry(admin, "load generator");
  SLUICE_RETURN_IF_ERROR(registry.Ensure(LicenseeParty()));
  admin::v1::ContentProvider provider;
  provider.set_id(kContentProvider);
  provider.set_name("Load generator");
  SLUICE_RETURN_IF_ERROR(registry.Ensure(provider));
  SLUICE_RETURN_IF_ERROR(registry.Ensure(SignatureParty()));
  SLUICE_RETURN_IF_ERROR(registry.Ensure(
      PortParty("loadgen-service", "1069970001",
                {v1::MESSAGE_CLASS_VERIFICATION, v1::MESSAGE_CLASS_NOTICE,
                 v1::MESSAGE_CLASS_PUBLIC_INTEREST})));
  SLUICE_RETURN_IF_ERROR(registry.Ensure(PortParty(
      "loadgen-ads", "1069970002",
      {v1::MESSAGE_CLASS_COMMERCIAL, v1::MESSAGE_CLASS_CONSENT_REQUEST})));
  admin::v1::Account account;
  account.set_id(kAccount);
  account.set_name("Load generator");
  account.set_licensee_id(kLicensee);
  account.add_content_provider_ids(kContentProvider);
  SLUICE_RETURN_IF_ERROR(registry.Ensure(account));
  return registry.MakeKey(kAccount,
                          {admin::v1::ROLE_SUBMIT, admin::v1::ROLE_OFFICER},
                          "load generator");
}

absl::Status ReviewTexts(const tools::Connection& admin,
                         const std::vector<std::string>& texts) {
  const auto stub = admin::v1::CampaignsService::NewStub(admin.channel());
  admin::v1::ReleaseCampaignRequest request;
  request.set_content_provider_id(kContentProvider);
  request.set_reason("load generator");
  request.mutable_duration()->set_seconds(720 * 3600);
  for (const std::string& text : texts) {
    request.set_text(text);
    admin::v1::ReleaseCampaignResponse response;
    const absl::Status released =
        admin.Call(*stub, &admin::v1::CampaignsService::Stub::ReleaseCampaign,
                   request, response);
    // The rules hold no campaigns.
    if (absl::IsFailedPrecondition(released)) return absl::OkStatus();
    SLUICE_RETURN_IF_ERROR(released);
  }
  return absl::OkStatus();
}

}  // namespace sluice::load
