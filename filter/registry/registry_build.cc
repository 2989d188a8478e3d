// How a Registry is made of its parties: every party is checked and refers to
// others that exist, or nothing is made.

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "filter/policy/number_table.h"
#include "filter/registry/registry.h"
#include "filter/registry/registry_state.h"
#include "filter/registry/registry_templates.h"
#include "rules/base/both_error.h"
#include "rules/base/characters.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"
#include "rules/base/timestamp.h"

namespace sluice::filter {
namespace {

constexpr uint8_t kAllCarriers = (1u << kCarriers) - 1;
constexpr uint32_t kAccessNumberDefault = 20;
constexpr uint32_t kAccessNumberMax = 21;
// An agent of an agent of an agent: enough, and a loop is found.
constexpr int kAccountDepthMax = 16;
constexpr size_t kKinds = store::v1::PartyKind_ARRAYSIZE;

size_t CountCodePoints(absl::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

absl::Status Invalid(const store::v1::Party& party, absl::string_view field,
                     const Both& what) {
  const std::string english =
      absl::StrCat(NameOf(party), ": ", field, ": ", what.english);
  return FaultOf(party,
                 WithField(ErrorOf(absl::StatusCode::kInvalidArgument,
                                   {what.chinese, english}),
                           absl::StrCat(RequestFieldOf(party), ".", field)));
}

bool IsActive(const store::v1::Party& party) {
  return party.state() == store::v1::PARTY_STATE_ACTIVE ||
         party.state() == store::v1::PARTY_STATE_UNSPECIFIED;
}

bool IsClosed(const store::v1::Party& party) {
  return party.state() == store::v1::PARTY_STATE_CLOSED;
}

bool IsId(absl::string_view id) {
  if (id.empty() || id.size() > 64) return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return absl::ascii_islower(u) || absl::ascii_isdigit(u) || c == '-' ||
           c == '.';
  });
}

}  // namespace

// Fills one Registry: all parties first, then what they refer to.
class RegistryBuilder {
 public:
  // `before` may be null.
  RegistryBuilder(Registry::State& state, const Registry::State* before)
      : s_(state), templates_(state, before) {}

  absl::Status Run();

 private:
  template <typename Entry>
  absl::Status Add(Table<Entry>& table, uint32_t index);
  absl::Status AddAll();
  absl::Status Resolve(const store::v1::Party& party, uint32_t entry);
  void ResolveLicensee(const store::v1::Party& party, Licensee& out);
  absl::Status ResolveAccount(const store::v1::Party& party, Account& out);
  absl::Status ResolveContentProvider(const store::v1::Party& party,
                                      ContentProvider& out);
  absl::Status ResolveTemplateDuties(const store::v1::Party& party,
                                     ContentProvider& out);
  absl::Status ResolveSignature(const store::v1::Party& party, Signature& out);
  absl::Status ResolveTemplate(const store::v1::Party& party, Template& out);
  absl::Status ResolveFilings(const store::v1::Party& party, Signature& out);
  absl::Status ResolvePort(const store::v1::Party& party, Port& out);
  absl::Status ResolvePortDigits(const store::v1::Party& party, Port& out);
  absl::Status InheritAccounts();
  absl::Status SortPorts();
  void ChoosePorts();

  template <typename Entry>
  const store::v1::Party& PartyOf(const Table<Entry>& table,
                                  size_t entry) const {
    return s_.parties[table.parties[entry]];
  }
  template <typename Entry>
  uint32_t IndexOf(const Table<Entry>& table, const Entry& entry) const {
    return static_cast<uint32_t>(&entry - table.entries.data());
  }

  Registry::State& s_;
  RegistryTemplates templates_;
};

template <typename Entry>
absl::Status RegistryBuilder::Add(Table<Entry>& table, uint32_t index) {
  const store::v1::Party& party = s_.parties[index];
  const auto entry = static_cast<uint32_t>(table.entries.size());
  if (!IsId(party.id())) {
    return Invalid(party, "id",
                   SayBoth("须为 1 至 64 个小写字母、数字、“-”和“.”",
                           "1 to 64 lower case letters, digits, dashes and "
                           "dots are allowed"));
  }
  if (party.number() == 0)
    return Invalid(party, "number", SayBoth("没有填写", "is not set"));
  if (!table.by_id.emplace(party.id(), entry).second) {
    return Invalid(party, "id", SayBoth("重复", "is there twice"));
  }
  if (!table.by_number.emplace(party.number(), entry).second) {
    return Invalid(party, "number", SayBoth("重复", "is there twice"));
  }
  Entry& out = table.entries.emplace_back();
  table.parties.push_back(index);
  out.number = {party.number()};
  out.id = party.id();
  out.active = IsActive(party);
  return absl::OkStatus();
}

absl::Status RegistryBuilder::AddAll() {
  std::array<size_t, kKinds> counts = {};
  for (const store::v1::Party& party : s_.parties) ++counts[KindOf(party)];
  s_.licensees.Reserve(counts[store::v1::PARTY_KIND_LICENSEE]);
  s_.accounts.Reserve(counts[store::v1::PARTY_KIND_ACCOUNT]);
  s_.content_providers.Reserve(counts[store::v1::PARTY_KIND_CONTENT_PROVIDER]);
  s_.signatures.Reserve(counts[store::v1::PARTY_KIND_SIGNATURE]);
  s_.ports.Reserve(counts[store::v1::PARTY_KIND_PORT]);
  s_.templates.Reserve(counts[store::v1::PARTY_KIND_TEMPLATE]);
  s_.signature_by_name.reserve(counts[store::v1::PARTY_KIND_SIGNATURE]);
  s_.signature_names.reserve(counts[store::v1::PARTY_KIND_SIGNATURE]);
  s_.signatures_of_name.resize(counts[store::v1::PARTY_KIND_SIGNATURE], kNone);
  for (uint32_t i = 0; i < s_.parties.size(); ++i) {
    absl::Status added;
    switch (KindOf(s_.parties[i])) {
      case store::v1::PARTY_KIND_LICENSEE:
        added = Add(s_.licensees, i);
        break;
      case store::v1::PARTY_KIND_ACCOUNT:
        added = Add(s_.accounts, i);
        break;
      case store::v1::PARTY_KIND_CONTENT_PROVIDER:
        added = Add(s_.content_providers, i);
        break;
      case store::v1::PARTY_KIND_SIGNATURE:
        added = Add(s_.signatures, i);
        break;
      case store::v1::PARTY_KIND_PORT:
        added = Add(s_.ports, i);
        break;
      case store::v1::PARTY_KIND_TEMPLATE:
        added = Add(s_.templates, i);
        break;
      default:
        added =
            Invalid(s_.parties[i], "kind", SayBoth("没有填写", "is not set"));
    }
    SLUICE_RETURN_IF_ERROR(added);
  }
  return absl::OkStatus();
}

void RegistryBuilder::ResolveLicensee(const store::v1::Party& party,
                                      Licensee& out) {
  const store::v1::Licensee& in = party.licensee();
  out.party = &in;
  out.licensed = !in.license_number().empty();
  if (in.has_license_start_time())
    out.from_ms = ToMillis(in.license_start_time());
  if (in.has_license_end_time()) out.until_ms = ToMillis(in.license_end_time());
}

absl::Status RegistryBuilder::ResolveAccount(const store::v1::Party& party,
                                             Account& out) {
  const store::v1::Account& in = party.account();
  out.messages_per_second_max = in.messages_per_second_max();
  out.calling_codes =
      absl::MakeConstSpan(in.calling_codes().data(), in.calling_codes().size());
  if (!in.licensee_id().empty()) {
    out.licensee = s_.licensees.ById(in.licensee_id());
    if (out.licensee == nullptr) {
      return Invalid(party, "licensee_id",
                     SayBoth("没有这个持证单位", "no such licensee"));
    }
  }
  if (!in.parent_account_id().empty()) {
    out.parent = s_.accounts.ById(in.parent_account_id());
    if (out.parent == nullptr) {
      return Invalid(party, "parent_account_id",
                     SayBoth("没有这个账号", "no such account"));
    }
  }
  out.content_providers.reserve(
      static_cast<size_t>(in.content_provider_ids_size()));
  for (const std::string& id : in.content_provider_ids()) {
    const ContentProvider* provider = s_.content_providers.ById(id);
    if (provider == nullptr) {
      return Invalid(
          party, "content_provider_ids",
          SayBoth("没有内容提供者 $0", "no content provider $0", Quoted(id)));
    }
    out.content_providers.push_back(provider);
  }
  auto& all = out.content_providers;
  std::sort(all.begin(), all.end(),
            [](const auto* a, const auto* b) { return a->number < b->number; });
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return absl::OkStatus();
}

absl::Status RegistryBuilder::ResolveContentProvider(
    const store::v1::Party& party, ContentProvider& out) {
  const store::v1::ContentProvider& in = party.content_provider();
  if (in.has_relationship_end_time()) {
    out.relationship_ends_ms = ToMillis(in.relationship_end_time());
  }
  if (in.has_import_time()) out.imported_ms = ToMillis(in.import_time());
  if (!in.credit_code().empty() && in.credit_code().size() != 18) {
    return Invalid(party, "credit_code",
                   SayBoth("须为 18 位", "18 characters are allowed"));
  }
  return ResolveTemplateDuties(party, out);
}

absl::Status RegistryBuilder::ResolveTemplateDuties(
    const store::v1::Party& party, ContentProvider& out) {
  for (const auto& duty : party.content_provider().template_duties()) {
    if (duty.message_class() <= 0 || duty.message_class() >= kMessageClasses) {
      return Invalid(party, "template_duties",
                     SayBoth("须给出类别", "a class is needed"));
    }
    uint8_t carriers = 0;
    for (const std::string& name : duty.carriers()) {
      const absl::StatusOr<Carrier> carrier = ParseCarrier(name);
      if (!carrier.ok()) {
        return Invalid(party, "template_duties", BothOf(carrier.status()));
      }
      carriers |= static_cast<uint8_t>(1u << static_cast<int>(*carrier));
    }
    out.template_duty[static_cast<size_t>(duty.message_class())] |=
        carriers == 0 ? kAllCarriers : carriers;
  }
  return absl::OkStatus();
}

absl::Status RegistryBuilder::ResolveTemplate(const store::v1::Party& party,
                                              Template& out) {
  const absl::Status resolved = templates_.Resolve(party, out);
  if (resolved.ok()) return resolved;
  return FaultOf(party, OfTemplate(party.id(), resolved));
}

absl::Status RegistryBuilder::ResolveFilings(const store::v1::Party& party,
                                             Signature& out) {
  for (const auto& filing : party.signature().filings()) {
    const absl::StatusOr<Carrier> carrier = ParseCarrier(filing.carrier());
    if (!carrier.ok()) {
      return Invalid(party, "filings", BothOf(carrier.status()));
    }
    const auto bit = static_cast<uint8_t>(1u << static_cast<int>(*carrier));
    if ((out.filed_mask & bit) != 0) {
      return Invalid(party, "filings",
                     SayBoth("$0 重复", "$0 is there twice", filing.carrier()));
    }
    out.filed_mask |= bit;
    if (!filing.in_force()) continue;
    out.filed_until_ms[static_cast<size_t>(*carrier)] =
        filing.has_expire_time() ? ToMillis(filing.expire_time()) : INT64_MAX;
  }
  return absl::OkStatus();
}

absl::Status RegistryBuilder::ResolveSignature(const store::v1::Party& party,
                                               Signature& out) {
  const store::v1::Signature& in = party.signature();
  const size_t length = CountCodePoints(in.name());
  if (length < 2 || length > 20 || absl::StrContains(in.name(), "【") ||
      absl::StrContains(in.name(), "】")) {
    return Invalid(party, "name",
                   SayBoth("须为 2 至 20 个字，不含括号",
                           "2 to 20 characters without brackets are allowed"));
  }
  out.name = in.name();
  ContentProvider* owner = s_.content_providers.ById(in.content_provider_id());
  if (owner == nullptr) {
    return Invalid(party, "content_provider_id",
                   SayBoth("没有这个内容提供者", "no such content provider"));
  }
  out.content_provider = owner;
  SLUICE_RETURN_IF_ERROR(ResolveFilings(party, out));
  out.contacts = FiledContacts(in.contacts());
  if (IsClosed(party)) return absl::OkStatus();
  const uint32_t entry = IndexOf(s_.signatures, out);
  if (!s_.signature_by_name
           .emplace(std::make_pair(owner->number.value, out.name), entry)
           .second) {
    return Invalid(party, "name",
                   SayBoth("该内容提供者已有同名的签名",
                           "its content provider has another signature of this "
                           "name"));
  }
  const auto [named, first] = s_.signature_names.emplace(out.name, entry);
  if (!first)
    s_.signatures_of_name[entry] = std::exchange(named->second, entry);
  owner->only_signature = ++owner->signature_count == 1 ? party.number() : 0;
  return absl::OkStatus();
}

absl::Status RegistryBuilder::ResolvePortDigits(const store::v1::Party& party,
                                                Port& out) {
  const store::v1::Port& in = party.port();
  if (in.number().empty() || !AllDigits(in.number())) {
    return Invalid(party, "number",
                   SayBoth("只能是数字", "only digits are allowed"));
  }
  if (!AllDigits(in.sub_port())) {
    return Invalid(party, "sub_port",
                   SayBoth("只能是数字", "only digits are allowed"));
  }
  const uint32_t length_max = in.access_number_length_max() == 0
                                  ? kAccessNumberDefault
                                  : in.access_number_length_max();
  if (length_max > kAccessNumberMax) {
    return Invalid(party, "access_number_length_max",
                   SayBoth("最大 21", "at most 21 is allowed"));
  }
  if (in.number().size() + in.sub_port().size() > length_max) {
    return Invalid(party, "number",
                   SayBoth("连同子端口超过了接入号的最大位数",
                           "with sub_port it is longer than "
                           "access_number_length_max"));
  }
  out.access_number_length_max = static_cast<uint8_t>(length_max);
  out.digits = in.number();
  out.sub_port = in.sub_port();
  return absl::OkStatus();
}

absl::Status RegistryBuilder::ResolvePort(const store::v1::Party& party,
                                          Port& out) {
  const store::v1::Port& in = party.port();
  SLUICE_RETURN_IF_ERROR(ResolvePortDigits(party, out));
  out.place = in.place();
  out.closed = IsClosed(party);
  out.content_provider = s_.content_providers.ById(in.content_provider_id());
  if (out.content_provider == nullptr) {
    return Invalid(party, "content_provider_id",
                   SayBoth("没有这个内容提供者", "no such content provider"));
  }
  if (!in.licensee_id().empty()) {
    out.licensee = s_.licensees.ById(in.licensee_id());
    if (out.licensee == nullptr) {
      return Invalid(party, "licensee_id",
                     SayBoth("没有这个持证单位", "no such licensee"));
    }
  }
  for (const std::string& name : in.carriers()) {
    const absl::StatusOr<Carrier> carrier = ParseCarrier(name);
    if (!carrier.ok()) {
      return Invalid(party, "carriers", BothOf(carrier.status()));
    }
    out.carriers |= static_cast<uint8_t>(1u << static_cast<int>(*carrier));
  }
  if (out.carriers == 0) out.carriers = kAllCarriers;
  for (const int c : in.purposes()) {
    if (c <= 0 || c >= kMessageClasses) {
      return Invalid(party, "purposes",
                     SayBoth("没有这个类别", "unknown class"));
    }
    out.purposes |= MaskOf(static_cast<MessageClass>(c));
  }
  if (out.purposes == 0) {
    return Invalid(party, "purposes",
                   SayBoth("至少要有一个类别", "at least one class is needed"));
  }
  if (in.signature_placement() != store::v1::Port::PLACEMENT_UNSPECIFIED) {
    out.signature_placement = in.signature_placement();
  }
  if (in.notice_placement() != store::v1::Port::PLACEMENT_UNSPECIFIED) {
    out.notice_placement = in.notice_placement();
  }
  if (out.closed || in.alias().empty()) return absl::OkStatus();
  if (!s_.port_by_alias.emplace(in.alias(), IndexOf(s_.ports, out)).second) {
    return Invalid(party, "alias",
                   SayBoth("另一个端口号已有此别名", "another port has it"));
  }
  return absl::OkStatus();
}

absl::Status RegistryBuilder::Resolve(const store::v1::Party& party,
                                      uint32_t entry) {
  switch (KindOf(party)) {
    case store::v1::PARTY_KIND_LICENSEE:
      ResolveLicensee(party, s_.licensees.entries[entry]);
      return absl::OkStatus();
    case store::v1::PARTY_KIND_ACCOUNT:
      return ResolveAccount(party, s_.accounts.entries[entry]);
    case store::v1::PARTY_KIND_CONTENT_PROVIDER:
      return ResolveContentProvider(party, s_.content_providers.entries[entry]);
    case store::v1::PARTY_KIND_SIGNATURE:
      return ResolveSignature(party, s_.signatures.entries[entry]);
    case store::v1::PARTY_KIND_TEMPLATE:
      return ResolveTemplate(party, s_.templates.entries[entry]);
    default:
      return ResolvePort(party, s_.ports.entries[entry]);
  }
}

// A suspended account suspends those below it; the licensee comes from the next
// account above that names one.
absl::Status RegistryBuilder::InheritAccounts() {
  for (size_t i = 0; i < s_.accounts.entries.size(); ++i) {
    Account& account = s_.accounts.entries[i];
    const Account* above = account.parent;
    for (int depth = 0; above != nullptr; above = above->parent) {
      if (above == &account || ++depth > kAccountDepthMax) {
        return Invalid(PartyOf(s_.accounts, i), "parent_account_id",
                       SayBoth("上级账号成环，或超过 16 级",
                               "the chain of accounts is a loop, or over 16 "
                               "long"));
      }
      // The party says whether `above` itself is active; its entry may already
      // have what it inherits, which comes to the same.
      if (!above->active) account.active = false;
      if (account.licensee == nullptr) account.licensee = above->licensee;
    }
  }
  return absl::OkStatus();
}

// Sorts the open ports by their digits. Whatever `digits` begins with then lies
// before it, linked from longer to shorter, which shows overlaps as well.
absl::Status RegistryBuilder::SortPorts() {
  for (const Port& port : s_.ports.entries) {
    if (port.closed) continue;
    s_.port_digits.push_back({port.digits, IndexOf(s_.ports, port), kNone});
  }
  auto& all = s_.port_digits;
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.digits < b.digits; });
  for (uint32_t i = 1; i < all.size(); ++i) {
    uint32_t shorter = i - 1;
    while (shorter != kNone &&
           !absl::StartsWith(all[i].digits, all[shorter].digits)) {
      shorter = all[shorter].shorter;
    }
    all[i].shorter = shorter;
    if (shorter == kNone) continue;
    const Port& mine = s_.ports.entries[all[i].port];
    const Port& other = s_.ports.entries[all[shorter].port];
    const store::v1::Party& party = PartyOf(s_.ports, all[i].port);
    if (mine.digits == other.digits) {
      return Invalid(
          party, "number",
          SayBoth("与端口号 $0 相同", "is that of port $0", other.id));
    }
    if (mine.content_provider != other.content_provider) {
      return Invalid(
          party, "number",
          SayBoth("与另一个内容提供者的端口号 $0 重叠",
                  "overlaps port $0 of another content provider", other.id));
    }
  }
  return absl::OkStatus();
}

void RegistryBuilder::ChoosePorts() {
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < s_.ports.entries.size(); ++i) {
    if (!s_.ports.entries[i].closed) order.push_back(i);
  }
  // The first that suits is chosen: active ones, then by id.
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const Port& x = s_.ports.entries[a];
    const Port& y = s_.ports.entries[b];
    return x.active != y.active ? x.active : x.id < y.id;
  });
  const auto take = [](uint32_t& choice, uint32_t port) {
    if (choice == kNone) choice = port;
  };
  s_.choices.reserve(
      std::min(order.size(), s_.content_providers.entries.size()));
  for (const uint32_t i : order) {
    const Port& port = s_.ports.entries[i];
    Choices& choices = s_.choices[port.content_provider->number.value];
    take(choices.any, i);
    for (int c = 0; c < kMessageClasses; ++c) {
      if (!port.IsFor(static_cast<MessageClass>(c))) continue;
      take(choices.any_carrier[static_cast<size_t>(c)], i);
      for (int carrier = 0; carrier < kCarriers; ++carrier) {
        // A number of unknown carrier needs a port that serves them all.
        const bool serves = carrier == 0
                                ? (port.carriers | 1u) == kAllCarriers
                                : port.Serves(static_cast<Carrier>(carrier));
        if (!serves) continue;
        take(
            choices.ports[static_cast<size_t>(carrier)][static_cast<size_t>(c)],
            i);
      }
    }
  }
}

absl::Status RegistryBuilder::Run() {
  SLUICE_RETURN_IF_ERROR(AddAll());
  std::array<uint32_t, kKinds> next = {};
  for (const store::v1::Party& party : s_.parties) {
    SLUICE_RETURN_IF_ERROR(Resolve(party, next[KindOf(party)]++));
  }
  SLUICE_RETURN_IF_ERROR(InheritAccounts());
  SLUICE_RETURN_IF_ERROR(SortPorts());
  ChoosePorts();
  return templates_.FillShelves();
}

absl::StatusOr<std::shared_ptr<const Registry>> Registry::Build(
    std::vector<store::v1::Party> parties, const Registry* before) {
  std::shared_ptr<Registry> registry(new Registry);
  registry->state_->parties = std::move(parties);
  SLUICE_RETURN_IF_ERROR(
      RegistryBuilder(*registry->state_,
                      before == nullptr ? nullptr : before->state_.get())
          .Run());
  return std::shared_ptr<const Registry>(std::move(registry));
}

}  // namespace sluice::filter
