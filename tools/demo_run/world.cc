#include "tools/demo_run/world.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/opt_outs.grpc.pb.h"
#include "tools/lib/registry_client.h"
#include "tools/lib/words.h"

namespace sluice::demo {
namespace {

constexpr char kLicensee[] = "licensee";
constexpr char kAccount[] = "demo";
constexpr admin::v1::Carrier kCarriers[] = {
    admin::v1::CARRIER_MOBILE, admin::v1::CARRIER_UNICOM,
    admin::v1::CARRIER_TELECOM, admin::v1::CARRIER_BROADNET};

google::protobuf::Timestamp Year(int year) {
  return tools::ToTimestamp(
      absl::FromCivil(absl::CivilYear(year), absl::UTCTimeZone()));
}

admin::v1::Licensee LicenseeParty() {
  admin::v1::Licensee licensee;
  licensee.set_id(kLicensee);
  licensee.set_name("示例信息服务有限公司");
  licensee.set_license_number("B2-20150001");
  licensee.set_license_type("SMS");
  licensee.add_license_areas("all");
  *licensee.mutable_license_start_time() = Year(2015);
  *licensee.mutable_license_end_time() = Year(2099);
  return licensee;
}

admin::v1::ContentProvider ProviderParty(const Provider& provider) {
  admin::v1::ContentProvider party;
  party.set_id(provider.id);
  party.set_state(provider.suspended ? admin::v1::PARTY_STATE_SUSPENDED
                                     : admin::v1::PARTY_STATE_ACTIVE);
  party.set_name(provider.name);
  party.set_industry("demo");
  return party;
}

admin::v1::Port PortParty(const Provider& provider, bool ads) {
  admin::v1::Port port;
  port.set_id(absl::StrCat(provider.id, ads ? ".ads" : ".service"));
  port.set_number(ads ? provider.ads_port : provider.service_port);
  port.set_alias(port.id());
  port.set_content_provider_id(provider.id);
  port.set_licensee_id(kLicensee);
  port.set_place("CN-GD");
  if (ads) {
    port.add_purposes(v1::MESSAGE_CLASS_COMMERCIAL);
    port.add_purposes(v1::MESSAGE_CLASS_CONSENT_REQUEST);
  } else {
    port.add_purposes(v1::MESSAGE_CLASS_VERIFICATION);
    port.add_purposes(v1::MESSAGE_CLASS_NOTICE);
    port.add_purposes(v1::MESSAGE_CLASS_PUBLIC_INTEREST);
  }
  port.set_signature_placement(admin::v1::Port::PLACEMENT_CHECK);
  port.set_notice_placement(admin::v1::Port::PLACEMENT_CHECK);
  return port;
}

admin::v1::Signature SignatureParty(size_t index, const std::string& name,
                                    const Provider& provider) {
  admin::v1::Signature signature;
  signature.set_id(absl::StrFormat("signature-%04d", index));
  signature.set_name(name);
  signature.set_content_provider_id(provider.id);
  for (const admin::v1::Carrier carrier : kCarriers) {
    admin::v1::Signature::Filing& filing = *signature.add_filings();
    filing.set_carrier(carrier);
    filing.set_in_force(true);
  }
  return signature;
}

absl::Status AddProvider(tools::RegistryClient& registry,
                         const Provider& provider) {
  SLUICE_RETURN_IF_ERROR(registry.Ensure(ProviderParty(provider)));
  SLUICE_RETURN_IF_ERROR(registry.Ensure(PortParty(provider, false)));
  return registry.Ensure(PortParty(provider, true));
}

}  // namespace

absl::StatusOr<std::string> SetUpWorld(const tools::Connection& admin,
                                       const Plan& plan) {
  tools::RegistryClient registry(admin, "demo");
  SLUICE_RETURN_IF_ERROR(registry.Ensure(LicenseeParty()));
  admin::v1::Account account;
  account.set_id(kAccount);
  account.set_name("示例业务系统");
  account.set_licensee_id(kLicensee);
  for (const Provider& provider : plan.providers) {
    SLUICE_RETURN_IF_ERROR(AddProvider(registry, provider));
    account.add_content_provider_ids(provider.id);
  }
  size_t index = 0;
  for (const auto& [name, provider] : plan.signatures) {
    SLUICE_RETURN_IF_ERROR(registry.Ensure(
        SignatureParty(++index, name, plan.providers[provider])));
  }
  SLUICE_RETURN_IF_ERROR(registry.Ensure(account));
  return registry.MakeKey(kAccount, {admin::v1::ROLE_SUBMIT}, "demo");
}

absl::Status AddOptOuts(const tools::Connection& officer, const Plan& plan) {
  const auto stub = admin::v1::OptOutsService::NewStub(officer.channel());
  for (const Plan::OptOut& opt_out : plan.opt_outs) {
    admin::v1::AddOptOutRequest request;
    request.set_recipient(opt_out.recipient);
    request.mutable_scope()->set_content_provider_id(opt_out.provider_id);
    request.set_source(admin::v1::OPT_OUT_SOURCE_OFFICER);
    request.set_evidence("demo");
    admin::v1::AddOptOutResponse response;
    SLUICE_RETURN_IF_ERROR(officer.Call(
        *stub, &admin::v1::OptOutsService::Stub::AddOptOut, request, response));
  }
  return absl::OkStatus();
}

}  // namespace sluice::demo
