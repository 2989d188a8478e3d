#include "gateway/admin/opt_out_entry.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/strip.h"
#include "filter/standing_facts.h"
#include "gateway/admin/named_party.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/pasted_phone.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// As the API states it for a content provider that does not exist.
absl::Status AsNotFound(const absl::Status& status) {
  absl::Status changed = absl::NotFoundError(status.message());
  status.ForEachPayload([&changed](absl::string_view url, const absl::Cord& c) {
    changed.SetPayload(url, c);
  });
  return changed;
}

}  // namespace

absl::StatusOr<Phone> ReadRecipient(const std::string& recipient) {
  absl::StatusOr<Phone> phone = ParsePastedPhone(recipient);
  if (phone.ok()) return phone;
  return InvalidField("recipient", BothOf(phone.status()));
}

absl::Status ReplaceNames(const filter::Registry& registry,
                          admin::v1::OptOutScope& scope) {
  if (scope.content_provider_id().empty()) return absl::OkStatus();
  const absl::StatusOr<const store::v1::Party*> provider =
      FindNamed(registry, store::v1::PARTY_KIND_CONTENT_PROVIDER,
                scope.content_provider_id(), "scope.content_provider_id");
  if (!provider.ok()) return AsNotFound(provider.status());
  scope.set_content_provider_id((*provider)->id());
  if (scope.signature_id().empty() ||
      registry.FindParty(store::v1::PARTY_KIND_SIGNATURE,
                         scope.signature_id()) != nullptr) {
    return absl::OkStatus();
  }
  absl::string_view name = scope.signature_id();
  if (absl::ConsumePrefix(&name, "【")) absl::ConsumeSuffix(&name, "】");
  const filter::Signature* const signature =
      registry.SignatureByName(ContentProviderId{(*provider)->number()}, name);
  if (signature != nullptr) scope.set_signature_id(std::string(signature->id));
  return absl::OkStatus();
}

absl::StatusOr<store::OptOutEntry> ReadScope(
    const filter::Registry& registry, const std::string& recipient,
    const admin::v1::OptOutScope& scope) {
  store::OptOutEntry entry;
  SLUICE_ASSIGN_OR_RETURN(entry.recipient, ReadRecipient(recipient));
  if (!scope.content_provider_id().empty()) {
    const store::v1::Party* party = registry.FindParty(
        store::v1::PARTY_KIND_CONTENT_PROVIDER, scope.content_provider_id());
    if (party == nullptr) {
      return ErrorOf(absl::StatusCode::kNotFound, "scope.content_provider_id",
                     SayBoth("没有内容提供者 $0", "no content provider $0",
                             Quoted(scope.content_provider_id())));
    }
    entry.content_provider = ContentProviderId{party->number()};
  }
  if (!scope.signature_id().empty()) {
    const store::v1::Party* party = registry.FindParty(
        store::v1::PARTY_KIND_SIGNATURE, scope.signature_id());
    if (party == nullptr || party->signature().content_provider_id() !=
                                scope.content_provider_id()) {
      return InvalidField("scope.signature_id",
                          SayBoth("不是该内容提供者的签名",
                                  "not a signature of this content provider"));
    }
    entry.signature = SignatureId{party->number()};
  }
  for (const int c : scope.classes()) {
    if (c <= 0 || c >= kMessageClasses) {
      return InvalidField("scope.classes",
                          SayBoth("没有这个类别", "not a known class"));
    }
    entry.classes |= MaskOf(static_cast<MessageClass>(c));
  }
  if (entry.classes == 0) entry.classes = filter::kOptOutClasses;
  return entry;
}

absl::StatusOr<store::OptOutEntry> ReadOptOut(
    const filter::Registry& registry,
    const admin::v1::AddOptOutRequest& request, admin::v1::OptOutSource source,
    absl::string_view actor) {
  if (request.evidence().size() > kEvidenceSizeMax) {
    return InvalidField("evidence", SayBoth("最多 $0 字节", "at most $0 bytes",
                                            kEvidenceSizeMax));
  }
  if (!admin::v1::OptOutSource_IsValid(request.source())) {
    return InvalidField("source",
                        SayBoth("没有这个来源", "not a known source"));
  }
  SLUICE_ASSIGN_OR_RETURN(
      store::OptOutEntry entry,
      ReadScope(registry, request.recipient(), request.scope()));
  entry.source = request.source() == admin::v1::OPT_OUT_SOURCE_UNSPECIFIED
                     ? source
                     : request.source();
  entry.evidence = request.evidence();
  entry.actor = std::string(actor);
  return entry;
}

}  // namespace sluice::gateway
