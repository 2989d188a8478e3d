#include "filter/registry.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "filter/base/status_macros.h"
#include "filter/number_table.h"

namespace sluice::filter {
namespace {

constexpr uint8_t kAllCarriers = (1u << kCarriers) - 1;
constexpr uint32_t kAccessNumberDefault = 20;
constexpr uint32_t kAccessNumberMax = 21;
constexpr uint32_t kNone = UINT32_MAX;
// An agent of an agent of an agent: enough, and a loop is found.
constexpr int kAccountDepthMax = 16;

int64_t ToMillis(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1000 + time.nanos() / 1'000'000;
}

bool AllDigits(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

size_t CountCodePoints(absl::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

absl::string_view KindName(v1::PartyKind kind) {
  switch (kind) {
    case v1::PARTY_KIND_LICENSEE:
      return "licensee";
    case v1::PARTY_KIND_ACCOUNT:
      return "account";
    case v1::PARTY_KIND_CONTENT_PROVIDER:
      return "content provider";
    case v1::PARTY_KIND_SIGNATURE:
      return "signature";
    case v1::PARTY_KIND_PORT:
      return "port";
    default:
      return "party";
  }
}

absl::Status Invalid(const v1::Party& party, absl::string_view field,
                     absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(
      KindName(KindOf(party)), " ", party.id(), ": ", field, ": ", what));
}

bool IsActive(const v1::Party& party) {
  return party.state() == v1::PARTY_STATE_ACTIVE ||
         party.state() == v1::PARTY_STATE_UNSPECIFIED;
}

bool IsClosed(const v1::Party& party) {
  return party.state() == v1::PARTY_STATE_CLOSED;
}

bool IsId(absl::string_view id) {
  if (id.empty() || id.size() > 64) return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return absl::ascii_islower(u) || absl::ascii_isdigit(u) || c == '-' ||
           c == '.';
  });
}

// All parties of one kind. Entries never move once the registry is built.
template <typename Entry>
struct Table {
  std::vector<Entry> entries;
  std::vector<uint32_t> parties;  // By entry: index into the parties.
  absl::flat_hash_map<absl::string_view, uint32_t> by_id;
  absl::flat_hash_map<uint32_t, uint32_t> by_number;

  void Reserve(size_t size) {
    entries.reserve(size);
    parties.reserve(size);
    by_id.reserve(size);
    by_number.reserve(size);
  }
  Entry* ById(absl::string_view id) {
    const auto found = by_id.find(id);
    return found == by_id.end() ? nullptr : &entries[found->second];
  }
  const Entry* ById(absl::string_view id) const {
    return const_cast<Table*>(this)->ById(id);
  }
  const Entry* ByNumber(uint32_t number) const {
    const auto found = by_number.find(number);
    return found == by_number.end() ? nullptr : &entries[found->second];
  }
};

// A port's digits in sorted order, and the next shorter port that they begin
// with.
struct PortDigits {
  absl::string_view digits;
  uint32_t port = 0;
  uint32_t shorter = kNone;
};

// What ChoosePort answers, worked out once per content provider that has ports.
struct Choices {
  std::array<std::array<uint32_t, kMessageClasses>, kCarriers> ports;
  std::array<uint32_t, kMessageClasses> any_carrier;
  uint32_t any = kNone;

  Choices() {
    for (auto& by_class : ports) by_class.fill(kNone);
    any_carrier.fill(kNone);
  }
};

}  // namespace

struct Registry::State {
  std::vector<v1::Party> parties;
  Table<Licensee> licensees;
  Table<Account> accounts;
  Table<ContentProvider> content_providers;
  Table<Signature> signatures;
  Table<Port> ports;
  absl::flat_hash_map<std::pair<uint32_t, absl::string_view>, uint32_t>
      signature_by_name;
  absl::flat_hash_map<absl::string_view, uint32_t> signature_names;
  std::vector<PortDigits> port_digits;
  absl::flat_hash_map<absl::string_view, uint32_t> port_by_alias;
  absl::flat_hash_map<uint32_t, Choices> choices;  // By content provider.
};

// Fills one Registry: all parties first, then what they refer to.
class RegistryBuilder {
 public:
  explicit RegistryBuilder(Registry::State& state) : s_(state) {}

  absl::Status Run();

 private:
  template <typename Entry>
  absl::Status Add(Table<Entry>& table, uint32_t index);
  absl::Status AddAll();
  absl::Status Resolve(const v1::Party& party, uint32_t entry);
  absl::Status ResolveLicensee(const v1::Party& party, Licensee& out);
  absl::Status ResolveAccount(const v1::Party& party, Account& out);
  absl::Status ResolveContentProvider(const v1::Party& party,
                                      ContentProvider& out);
  absl::Status ResolveSignature(const v1::Party& party, Signature& out);
  absl::Status ResolveFilings(const v1::Party& party, Signature& out);
  absl::Status ResolvePort(const v1::Party& party, Port& out);
  absl::Status ResolvePortDigits(const v1::Party& party, Port& out);
  absl::Status InheritAccounts();
  absl::Status SortPorts();
  void ChoosePorts();

  template <typename Entry>
  const v1::Party& PartyOf(const Table<Entry>& table, size_t entry) const {
    return s_.parties[table.parties[entry]];
  }
  template <typename Entry>
  uint32_t IndexOf(const Table<Entry>& table, const Entry& entry) const {
    return static_cast<uint32_t>(&entry - table.entries.data());
  }

  Registry::State& s_;
};

template <typename Entry>
absl::Status RegistryBuilder::Add(Table<Entry>& table, uint32_t index) {
  const v1::Party& party = s_.parties[index];
  const auto entry = static_cast<uint32_t>(table.entries.size());
  if (!IsId(party.id())) {
    return Invalid(party, "id",
                   "1 to 64 lower case letters, digits, dashes and dots are "
                   "allowed");
  }
  if (party.number() == 0) return Invalid(party, "number", "is not set");
  if (!table.by_id.emplace(party.id(), entry).second) {
    return Invalid(party, "id", "is there twice");
  }
  if (!table.by_number.emplace(party.number(), entry).second) {
    return Invalid(party, "number", "is there twice");
  }
  Entry& out = table.entries.emplace_back();
  table.parties.push_back(index);
  out.number = {party.number()};
  out.id = party.id();
  out.active = IsActive(party);
  return absl::OkStatus();
}

absl::Status RegistryBuilder::AddAll() {
  std::array<size_t, 6> counts = {};
  for (const v1::Party& party : s_.parties) ++counts[KindOf(party)];
  s_.licensees.Reserve(counts[v1::PARTY_KIND_LICENSEE]);
  s_.accounts.Reserve(counts[v1::PARTY_KIND_ACCOUNT]);
  s_.content_providers.Reserve(counts[v1::PARTY_KIND_CONTENT_PROVIDER]);
  s_.signatures.Reserve(counts[v1::PARTY_KIND_SIGNATURE]);
  s_.ports.Reserve(counts[v1::PARTY_KIND_PORT]);
  s_.signature_by_name.reserve(counts[v1::PARTY_KIND_SIGNATURE]);
  s_.signature_names.reserve(counts[v1::PARTY_KIND_SIGNATURE]);
  for (uint32_t i = 0; i < s_.parties.size(); ++i) {
    absl::Status added;
    switch (KindOf(s_.parties[i])) {
      case v1::PARTY_KIND_LICENSEE:
        added = Add(s_.licensees, i);
        break;
      case v1::PARTY_KIND_ACCOUNT:
        added = Add(s_.accounts, i);
        break;
      case v1::PARTY_KIND_CONTENT_PROVIDER:
        added = Add(s_.content_providers, i);
        break;
      case v1::PARTY_KIND_SIGNATURE:
        added = Add(s_.signatures, i);
        break;
      case v1::PARTY_KIND_PORT:
        added = Add(s_.ports, i);
        break;
      default:
        added = Invalid(s_.parties[i], "kind", "is not set");
    }
    SLUICE_RETURN_IF_ERROR(added);
  }
  return absl::OkStatus();
}

absl::Status RegistryBuilder::ResolveLicensee(const v1::Party& party,
                                              Licensee& out) {
  const v1::Licensee& in = party.licensee();
  out.party = &in;
  out.licensed = !in.license_number().empty();
  if (in.has_license_from()) out.from_ms = ToMillis(in.license_from());
  if (in.has_license_until()) out.until_ms = ToMillis(in.license_until());
  if (out.from_ms > out.until_ms) {
    return Invalid(party, "license_until", "is before license_from");
  }
  return absl::OkStatus();
}

absl::Status RegistryBuilder::ResolveAccount(const v1::Party& party,
                                             Account& out) {
  const v1::Account& in = party.account();
  out.messages_per_second_max = in.messages_per_second_max();
  out.calling_codes =
      absl::MakeConstSpan(in.calling_codes().data(), in.calling_codes().size());
  if (!in.licensee_id().empty()) {
    out.licensee = s_.licensees.ById(in.licensee_id());
    if (out.licensee == nullptr) {
      return Invalid(party, "licensee_id", "no such licensee");
    }
  }
  if (!in.parent_account_id().empty()) {
    out.parent = s_.accounts.ById(in.parent_account_id());
    if (out.parent == nullptr) {
      return Invalid(party, "parent_account_id", "no such account");
    }
  }
  out.content_providers.reserve(
      static_cast<size_t>(in.content_provider_ids_size()));
  for (const std::string& id : in.content_provider_ids()) {
    const ContentProvider* provider = s_.content_providers.ById(id);
    if (provider == nullptr) {
      return Invalid(party, "content_provider_ids",
                     absl::StrCat("no content provider ", id));
    }
    out.content_providers.push_back(provider);
  }
  auto& all = out.content_providers;
  std::sort(all.begin(), all.end(),
            [](const auto* a, const auto* b) { return a->number < b->number; });
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return absl::OkStatus();
}

absl::Status RegistryBuilder::ResolveContentProvider(const v1::Party& party,
                                                     ContentProvider& out) {
  const v1::ContentProvider& in = party.content_provider();
  if (in.has_relationship_ends()) {
    out.relationship_ends_ms = ToMillis(in.relationship_ends());
  }
  if (in.has_imported_on()) out.imported_ms = ToMillis(in.imported_on());
  if (!in.credit_code().empty() && in.credit_code().size() != 18) {
    return Invalid(party, "credit_code", "18 characters are allowed");
  }
  return absl::OkStatus();
}

absl::Status RegistryBuilder::ResolveFilings(const v1::Party& party,
                                             Signature& out) {
  for (const auto& filing : party.signature().filings()) {
    const absl::StatusOr<Carrier> carrier = ParseCarrier(filing.carrier());
    if (!carrier.ok()) {
      return Invalid(party, "filings", carrier.status().message());
    }
    const auto bit = static_cast<uint8_t>(1u << static_cast<int>(*carrier));
    if ((out.filed_mask & bit) != 0) {
      return Invalid(party, "filings",
                     absl::StrCat(filing.carrier(), " is there twice"));
    }
    out.filed_mask |= bit;
    if (!filing.in_force()) continue;
    out.filed_until_ms[static_cast<size_t>(*carrier)] =
        filing.has_until() ? ToMillis(filing.until()) : INT64_MAX;
  }
  return absl::OkStatus();
}

absl::Status RegistryBuilder::ResolveSignature(const v1::Party& party,
                                               Signature& out) {
  const v1::Signature& in = party.signature();
  const size_t length = CountCodePoints(in.name());
  if (length < 2 || length > 20 || absl::StrContains(in.name(), "【") ||
      absl::StrContains(in.name(), "】")) {
    return Invalid(party, "name",
                   "2 to 20 characters without brackets are allowed");
  }
  out.name = in.name();
  ContentProvider* owner = s_.content_providers.ById(in.content_provider_id());
  if (owner == nullptr) {
    return Invalid(party, "content_provider_id", "no such content provider");
  }
  out.content_provider = owner;
  SLUICE_RETURN_IF_ERROR(ResolveFilings(party, out));
  if (IsClosed(party)) return absl::OkStatus();
  const uint32_t entry = IndexOf(s_.signatures, out);
  if (!s_.signature_by_name
           .emplace(std::make_pair(owner->number.value, out.name), entry)
           .second) {
    return Invalid(party, "name",
                   "its content provider has another signature of this name");
  }
  s_.signature_names.emplace(out.name, entry);
  owner->only_signature = ++owner->signature_count == 1 ? party.number() : 0;
  return absl::OkStatus();
}

absl::Status RegistryBuilder::ResolvePortDigits(const v1::Party& party,
                                                Port& out) {
  const v1::Port& in = party.port();
  if (in.number().empty() || !AllDigits(in.number())) {
    return Invalid(party, "number", "only digits are allowed");
  }
  if (!AllDigits(in.sub_port())) {
    return Invalid(party, "sub_port", "only digits are allowed");
  }
  const uint32_t length_max = in.access_number_length_max() == 0
                                  ? kAccessNumberDefault
                                  : in.access_number_length_max();
  if (length_max > kAccessNumberMax) {
    return Invalid(party, "access_number_length_max", "at most 21 is allowed");
  }
  if (in.number().size() + in.sub_port().size() > length_max) {
    return Invalid(party, "number",
                   "with sub_port it is longer than access_number_length_max");
  }
  out.access_number_length_max = static_cast<uint8_t>(length_max);
  out.digits = in.number();
  out.sub_port = in.sub_port();
  return absl::OkStatus();
}

absl::Status RegistryBuilder::ResolvePort(const v1::Party& party, Port& out) {
  const v1::Port& in = party.port();
  SLUICE_RETURN_IF_ERROR(ResolvePortDigits(party, out));
  out.place = in.place();
  out.closed = IsClosed(party);
  out.content_provider = s_.content_providers.ById(in.content_provider_id());
  if (out.content_provider == nullptr) {
    return Invalid(party, "content_provider_id", "no such content provider");
  }
  if (!in.licensee_id().empty()) {
    out.licensee = s_.licensees.ById(in.licensee_id());
    if (out.licensee == nullptr) {
      return Invalid(party, "licensee_id", "no such licensee");
    }
  }
  for (const std::string& name : in.carriers()) {
    const absl::StatusOr<Carrier> carrier = ParseCarrier(name);
    if (!carrier.ok()) {
      return Invalid(party, "carriers", carrier.status().message());
    }
    out.carriers |= static_cast<uint8_t>(1u << static_cast<int>(*carrier));
  }
  if (out.carriers == 0) out.carriers = kAllCarriers;
  for (const int c : in.purposes()) {
    if (c <= 0 || c >= kMessageClasses) {
      return Invalid(party, "purposes", "unknown class");
    }
    out.purposes |= MaskOf(static_cast<MessageClass>(c));
  }
  if (out.purposes == 0) {
    return Invalid(party, "purposes", "at least one class is needed");
  }
  if (in.signature_placement() != v1::Port::PLACEMENT_UNSPECIFIED) {
    out.signature_placement = in.signature_placement();
  }
  if (in.notice_placement() != v1::Port::PLACEMENT_UNSPECIFIED) {
    out.notice_placement = in.notice_placement();
  }
  if (out.closed || in.alias().empty()) return absl::OkStatus();
  if (!s_.port_by_alias.emplace(in.alias(), IndexOf(s_.ports, out)).second) {
    return Invalid(party, "alias", "another port has it");
  }
  return absl::OkStatus();
}

absl::Status RegistryBuilder::Resolve(const v1::Party& party, uint32_t entry) {
  switch (KindOf(party)) {
    case v1::PARTY_KIND_LICENSEE:
      return ResolveLicensee(party, s_.licensees.entries[entry]);
    case v1::PARTY_KIND_ACCOUNT:
      return ResolveAccount(party, s_.accounts.entries[entry]);
    case v1::PARTY_KIND_CONTENT_PROVIDER:
      return ResolveContentProvider(party, s_.content_providers.entries[entry]);
    case v1::PARTY_KIND_SIGNATURE:
      return ResolveSignature(party, s_.signatures.entries[entry]);
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
                       "the chain of accounts is a loop, or over 16 long");
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
    const v1::Party& party = PartyOf(s_.ports, all[i].port);
    if (mine.digits == other.digits) {
      return Invalid(party, "number",
                     absl::StrCat("is that of port ", other.id));
    }
    if (mine.content_provider != other.content_provider) {
      return Invalid(party, "number",
                     absl::StrCat("overlaps port ", other.id,
                                  " of another content provider"));
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
  std::array<uint32_t, 6> next = {};
  for (const v1::Party& party : s_.parties) {
    SLUICE_RETURN_IF_ERROR(Resolve(party, next[KindOf(party)]++));
  }
  SLUICE_RETURN_IF_ERROR(InheritAccounts());
  SLUICE_RETURN_IF_ERROR(SortPorts());
  ChoosePorts();
  return absl::OkStatus();
}

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

v1::PartyKind KindOf(const v1::Party& party) {
  switch (party.kind_case()) {
    case v1::Party::kLicensee:
      return v1::PARTY_KIND_LICENSEE;
    case v1::Party::kAccount:
      return v1::PARTY_KIND_ACCOUNT;
    case v1::Party::kContentProvider:
      return v1::PARTY_KIND_CONTENT_PROVIDER;
    case v1::Party::kSignature:
      return v1::PARTY_KIND_SIGNATURE;
    case v1::Party::kPort:
      return v1::PARTY_KIND_PORT;
    default:
      return v1::PARTY_KIND_UNSPECIFIED;
  }
}

Registry::Registry() : state_(std::make_unique<State>()) {}
Registry::~Registry() = default;

absl::StatusOr<std::shared_ptr<const Registry>> Registry::Build(
    std::vector<v1::Party> parties) {
  std::shared_ptr<Registry> registry(new Registry);
  registry->state_->parties = std::move(parties);
  SLUICE_RETURN_IF_ERROR(RegistryBuilder(*registry->state_).Run());
  return std::shared_ptr<const Registry>(std::move(registry));
}

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

namespace {

// The party behind an entry that `find` picks from the table of its kind.
template <typename State, typename Find>
const v1::Party* PartyIn(const State& state, v1::PartyKind kind, Find find) {
  const auto in = [&](const auto& table) -> const v1::Party* {
    const auto* entry = find(table);
    if (entry == nullptr) return nullptr;
    return &state.parties[table.parties[static_cast<size_t>(
        entry - table.entries.data())]];
  };
  switch (kind) {
    case v1::PARTY_KIND_LICENSEE:
      return in(state.licensees);
    case v1::PARTY_KIND_ACCOUNT:
      return in(state.accounts);
    case v1::PARTY_KIND_CONTENT_PROVIDER:
      return in(state.content_providers);
    case v1::PARTY_KIND_SIGNATURE:
      return in(state.signatures);
    case v1::PARTY_KIND_PORT:
      return in(state.ports);
    default:
      return nullptr;
  }
}

}  // namespace

const v1::Party* Registry::FindParty(v1::PartyKind kind,
                                     absl::string_view id) const {
  return PartyIn(*state_, kind,
                 [&](const auto& table) { return table.ById(id); });
}

const v1::Party* Registry::FindParty(v1::PartyKind kind,
                                     uint32_t number) const {
  return PartyIn(*state_, kind,
                 [&](const auto& table) { return table.ByNumber(number); });
}

absl::Span<const v1::Party> Registry::parties() const {
  return state_->parties;
}

const Signature* Registry::SignatureByName(ContentProviderId content_provider,
                                           absl::string_view name) const {
  const auto found = state_->signature_by_name.find(
      std::make_pair(content_provider.value, name));
  if (found == state_->signature_by_name.end()) return nullptr;
  return &state_->signatures.entries[found->second];
}

bool Registry::SignatureNameExists(absl::string_view name) const {
  return state_->signature_names.contains(name);
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
