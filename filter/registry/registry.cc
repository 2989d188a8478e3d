#include "filter/registry/registry.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "filter/registry/registry_state.h"

namespace sluice::filter {
namespace {

constexpr absl::string_view kFaultyParty = "sluice/faulty-party";

absl::string_view KindName(store::v1::PartyKind kind) {
  switch (kind) {
    case store::v1::PARTY_KIND_LICENSEE:
      return "licensee";
    case store::v1::PARTY_KIND_ACCOUNT:
      return "account";
    case store::v1::PARTY_KIND_CONTENT_PROVIDER:
      return "content provider";
    case store::v1::PARTY_KIND_SIGNATURE:
      return "signature";
    case store::v1::PARTY_KIND_PORT:
      return "port";
    case store::v1::PARTY_KIND_TEMPLATE:
      return "template";
    default:
      return "party";
  }
}

}  // namespace

bool Licensee::Covers(absl::string_view place) const {
  if (party->license_areas().empty() || place.empty()) return true;
  return std::any_of(
      party->license_areas().begin(), party->license_areas().end(),
      [&](const std::string& a) { return a == "all" || a == place; });
}

bool Account::MaySendFor(ContentProviderId content_provider) const {
  return std::binary_search(
      content_providers.begin(), content_providers.end(), content_provider,
      [](const auto& a, const auto& b) {
        const auto number = [](const auto& x) {
          if constexpr (std::is_pointer_v<std::decay_t<decltype(x)>>) {
            return x->number;
          } else {
            return x;
          }
        };
        return number(a) < number(b);
      });
}

store::v1::PartyKind KindOf(const store::v1::Party& party) {
  switch (party.kind_case()) {
    case store::v1::Party::kLicensee:
      return store::v1::PARTY_KIND_LICENSEE;
    case store::v1::Party::kAccount:
      return store::v1::PARTY_KIND_ACCOUNT;
    case store::v1::Party::kContentProvider:
      return store::v1::PARTY_KIND_CONTENT_PROVIDER;
    case store::v1::Party::kSignature:
      return store::v1::PARTY_KIND_SIGNATURE;
    case store::v1::Party::kPort:
      return store::v1::PARTY_KIND_PORT;
    case store::v1::Party::kTemplate:
      return store::v1::PARTY_KIND_TEMPLATE;
    default:
      return store::v1::PARTY_KIND_UNSPECIFIED;
  }
}

absl::string_view RequestFieldOf(const store::v1::Party& party) {
  const auto& kinds = *store::v1::Party::descriptor()->oneof_decl(0);
  const google::protobuf::FieldDescriptor* const field =
      party.GetReflection()->GetOneofFieldDescriptor(party, &kinds);
  if (field == nullptr) return "kind";
  return field->name();
}

std::string NameOf(const store::v1::Party& party) {
  return absl::StrCat(KindName(KindOf(party)), " ", party.id());
}

absl::Status FaultOf(const store::v1::Party& party, absl::Status status) {
  status.SetPayload(kFaultyParty, absl::Cord(NameOf(party)));
  return status;
}

std::string FaultyPartyIn(const absl::Status& status) {
  const auto party = status.GetPayload(kFaultyParty);
  return party ? std::string(*party) : std::string();
}

bool Template::Accepts(absl::string_view rule, absl::string_view word) const {
  return std::any_of(party->accepted_hits().begin(),
                     party->accepted_hits().end(), [&](const auto& hit) {
                       return hit.rule() == rule && hit.word() == word;
                     });
}

Registry::Registry() : state_(std::make_unique<State>()) {}
Registry::~Registry() = default;

const Licensee* Registry::Find(LicenseeId number) const {
  return state_->licensees.ByNumber(number.value);
}
const Account* Registry::Find(AccountId number) const {
  return state_->accounts.ByNumber(number.value);
}
const ContentProvider* Registry::Find(ContentProviderId number) const {
  return state_->content_providers.ByNumber(number.value);
}
const Signature* Registry::Find(SignatureId number) const {
  return state_->signatures.ByNumber(number.value);
}
const Port* Registry::Find(PortId number) const {
  return state_->ports.ByNumber(number.value);
}
const Template* Registry::Find(TemplateId number) const {
  return state_->templates.ByNumber(number.value);
}

const ContentProvider* Registry::ContentProviderById(
    absl::string_view id) const {
  return state_->content_providers.ById(id);
}
const Signature* Registry::SignatureById(absl::string_view id) const {
  return state_->signatures.ById(id);
}
const Account* Registry::AccountById(absl::string_view id) const {
  return state_->accounts.ById(id);
}
const Template* Registry::TemplateById(absl::string_view id) const {
  return state_->templates.ById(id);
}

namespace {

// The party behind an entry that `find` picks from the table of its kind.
template <typename State, typename Find>
const store::v1::Party* PartyIn(const State& state, store::v1::PartyKind kind,
                                Find find) {
  const auto in = [&](const auto& table) -> const store::v1::Party* {
    const auto* entry = find(table);
    if (entry == nullptr) return nullptr;
    return &state.parties[table.parties[static_cast<size_t>(
        entry - table.entries.data())]];
  };
  switch (kind) {
    case store::v1::PARTY_KIND_LICENSEE:
      return in(state.licensees);
    case store::v1::PARTY_KIND_ACCOUNT:
      return in(state.accounts);
    case store::v1::PARTY_KIND_CONTENT_PROVIDER:
      return in(state.content_providers);
    case store::v1::PARTY_KIND_SIGNATURE:
      return in(state.signatures);
    case store::v1::PARTY_KIND_PORT:
      return in(state.ports);
    case store::v1::PARTY_KIND_TEMPLATE:
      return in(state.templates);
    default:
      return nullptr;
  }
}

}  // namespace

const store::v1::Party* Registry::FindParty(store::v1::PartyKind kind,
                                            absl::string_view id) const {
  return PartyIn(*state_, kind,
                 [&](const auto& table) { return table.ById(id); });
}

const store::v1::Party* Registry::FindParty(store::v1::PartyKind kind,
                                            uint32_t number) const {
  return PartyIn(*state_, kind,
                 [&](const auto& table) { return table.ByNumber(number); });
}

absl::Span<const store::v1::Party> Registry::parties() const {
  return state_->parties;
}

const Signature* Registry::SignatureByName(ContentProviderId content_provider,
                                           absl::string_view name) const {
  const auto found = state_->signature_by_name.find(
      std::make_pair(content_provider.value, name));
  if (found == state_->signature_by_name.end()) return nullptr;
  return &state_->signatures.entries[found->second];
}

void Registry::ForEachSignatureNamed(
    absl::string_view name,
    absl::FunctionRef<void(const Signature&)> visit) const {
  const auto found = state_->signature_names.find(name);
  if (found == state_->signature_names.end()) return;
  for (uint32_t at = found->second; at != kNone;
       at = state_->signatures_of_name[at]) {
    visit(state_->signatures.entries[at]);
  }
}

const TemplateShelf* Registry::TemplatesOf(ContentProviderId content_provider,
                                           SignatureId signature) const {
  const auto found =
      state_->shelves.find({content_provider.value, signature.value});
  return found == state_->shelves.end() ? nullptr : &found->second;
}

absl::Span<const Template> Registry::templates() const {
  return state_->templates.entries;
}

const Port* Registry::PortByDigits(absl::string_view digits) const {
  const auto& all = state_->port_digits;
  const auto after = std::upper_bound(
      all.begin(), all.end(), digits,
      [](absl::string_view d, const PortDigits& p) { return d < p.digits; });
  if (after == all.begin()) return nullptr;
  // Everything that lies between a port and digits that begin with it begins
  // with that port too, so the links lead to it.
  auto at = static_cast<uint32_t>(after - all.begin() - 1);
  while (at != kNone && !absl::StartsWith(digits, all[at].digits)) {
    at = all[at].shorter;
  }
  return at == kNone ? nullptr : &state_->ports.entries[all[at].port];
}

const Port* Registry::PortByAlias(absl::string_view alias) const {
  const auto found = state_->port_by_alias.find(alias);
  if (found == state_->port_by_alias.end()) return nullptr;
  return &state_->ports.entries[found->second];
}

const Port* Registry::ChoosePort(ContentProviderId content_provider,
                                 Carrier carrier, MessageClass c) const {
  const auto found = state_->choices.find(content_provider.value);
  if (found == state_->choices.end()) return nullptr;
  const uint32_t port =
      found->second.ports[static_cast<size_t>(carrier)][static_cast<size_t>(c)];
  return port == kNone ? nullptr : &state_->ports.entries[port];
}

const Port* Registry::AnyPort(ContentProviderId content_provider,
                              MessageClass c) const {
  const auto found = state_->choices.find(content_provider.value);
  if (found == state_->choices.end()) return nullptr;
  const uint32_t suits = found->second.any_carrier[static_cast<size_t>(c)];
  const uint32_t port = suits != kNone ? suits : found->second.any;
  return port == kNone ? nullptr : &state_->ports.entries[port];
}

}  // namespace sluice::filter
