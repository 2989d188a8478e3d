#pragma once

// Who is who, compiled for lookups: licensees, accounts, content providers,
// signatures, ports and templates, each with the parties it refers to
// (design.md, section 2). Rebuilt whole when a party changes; a message then
// finds everything by a few hash lookups and pointers.

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "filter/policy/ids.h"
#include "filter/registry/filed_contacts.h"
#include "filter/templates/template_shelf.h"
#include "sluice/store/v1/party.pb.h"

namespace sluice::filter {

// The views in these point into the registry that they came from.

struct Licensee {
  LicenseeId number;
  absl::string_view id;
  bool active = false;
  bool licensed = false;  // A licence number is on record.
  // In force [from, until).
  int64_t from_ms = std::numeric_limits<int64_t>::min();
  int64_t until_ms = std::numeric_limits<int64_t>::max();
  const store::v1::Licensee* party = nullptr;

  // Whether the licence reaches this place; true when no area or no place is on
  // record.
  bool Covers(absl::string_view place) const;
};

struct ContentProvider {
  ContentProviderId number;
  absl::string_view id;
  bool active = false;
  int64_t relationship_ends_ms = std::numeric_limits<int64_t>::max();
  int64_t imported_ms = 0;  // 0: was not imported.
  // How many signatures it has, and which, if just one.
  uint32_t signature_count = 0;
  uint32_t only_signature = 0;
  bool has_templates = false;  // Any that is not closed.
  // By class, the carriers (one bit each) for which a message must be made from
  // a template.
  std::array<uint8_t, kMessageClasses> template_duty = {};

  bool NeedsTemplate(MessageClass c, Carrier carrier) const {
    return (template_duty[static_cast<size_t>(c)] >> static_cast<int>(carrier) &
            1) != 0;
  }
};

struct Account {
  AccountId number;
  absl::string_view id;
  // It and every account above it is active.
  bool active = false;
  // Its own or, when it names none, that of the next account above.
  const Licensee* licensee = nullptr;
  const Account* parent = nullptr;
  // Sorted by number.
  std::vector<const ContentProvider*> content_providers;
  absl::Span<const uint32_t> calling_codes;  // Empty: the rule pack's.
  uint32_t messages_per_second_max = 0;      // 0: no limit of its own.

  bool MaySendFor(ContentProviderId content_provider) const;
};

struct Signature {
  SignatureId number;
  absl::string_view id;
  absl::string_view name;  // Without brackets.
  bool active = false;
  const ContentProvider* content_provider = nullptr;
  // By carrier, until when the filing is in force: 0: not filed, or lapsed.
  std::array<int64_t, kCarriers> filed_until_ms = {};
  // Carriers with any filing; 0: filings are not used for this one.
  uint8_t filed_mask = 0;
  FiledContacts contacts;
};

struct Port {
  PortId number;
  absl::string_view id;
  absl::string_view digits;
  absl::string_view sub_port;
  absl::string_view place;
  bool active = false;
  bool closed = false;
  const ContentProvider* content_provider = nullptr;
  const Licensee* licensee = nullptr;  // May be null: the account's.
  uint8_t carriers = 0;                // One bit each; all when none is named.
  ClassMask purposes = 0;
  store::v1::Port::Placement signature_placement =
      store::v1::Port::PLACEMENT_CHECK;
  store::v1::Port::Placement notice_placement =
      store::v1::Port::PLACEMENT_CHECK;
  uint8_t access_number_length_max = 20;

  bool Serves(Carrier carrier) const {
    return carrier == Carrier::kUnknown ||
           (carriers >> static_cast<int>(carrier) & 1) != 0;
  }
  bool IsFor(MessageClass c) const { return (purposes & MaskOf(c)) != 0; }
};

// A text with gaps, from which texts are made.
struct Template {
  TemplateId number;
  absl::string_view id;
  bool active = false;
  bool closed = false;
  const ContentProvider* content_provider = nullptr;
  const Signature* signature = nullptr;  // Null: any of its content provider's.
  MessageClass message_class = MessageClass::kUnspecified;
  std::shared_ptr<const ReleasedText> released;  // Null when it is closed.
  uint32_t shelf_index = 0;                      // Of the set of its shelf.
  FiledContacts contacts;                        // Beside the signature's.
  const store::v1::Template* party = nullptr;

  // A person has accepted the hit of this rule in the fixed text; see WordOf in
  // template_review.h.
  bool Accepts(absl::string_view rule, absl::string_view word) const;
};

// Immutable; any thread. All lookups return null when there is none; closed
// parties are found by number and id only, so that old records can be read.
class Registry {
 public:
  // Takes all parties that exist, in any order. A state that is not given is
  // active. Parts that are costly to make and the same in `before` are shared
  // with it; `before` may be null and need not outlive this registry. Errors:
  // kInvalidArgument, "port hz-1: number: ..."; see FaultyPartyIn().
  static absl::StatusOr<std::shared_ptr<const Registry>> Build(
      std::vector<store::v1::Party> parties, const Registry* before = nullptr);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  const Licensee* Find(LicenseeId number) const;
  const Account* Find(AccountId number) const;
  const ContentProvider* Find(ContentProviderId number) const;
  const Signature* Find(SignatureId number) const;
  const Port* Find(PortId number) const;
  const Template* Find(TemplateId number) const;

  // The parties as they were given, for showing and listing.
  const store::v1::Party* FindParty(store::v1::PartyKind kind,
                                    absl::string_view id) const;
  const store::v1::Party* FindParty(store::v1::PartyKind kind,
                                    uint32_t number) const;
  absl::Span<const store::v1::Party> parties() const;

  // By the ids that callers write.
  const ContentProvider* ContentProviderById(absl::string_view id) const;
  const Signature* SignatureById(absl::string_view id) const;
  const Account* AccountById(absl::string_view id) const;
  const Template* TemplateById(absl::string_view id) const;

  // By the name in the brackets. Names of different content providers may be
  // the same; those of one never are.
  const Signature* SignatureByName(ContentProviderId content_provider,
                                   absl::string_view name) const;
  // Every signature of this name, of whatever content provider.
  void ForEachSignatureNamed(
      absl::string_view name,
      absl::FunctionRef<void(const Signature&)> visit) const;

  // The templates of this content provider for this signature; with 0, those
  // for any. Without closed ones.
  const TemplateShelf* TemplatesOf(ContentProviderId content_provider,
                                   SignatureId signature) const;
  absl::Span<const Template> templates() const;

  // The port with the longest number that `digits` begin with.
  const Port* PortByDigits(absl::string_view digits) const;
  const Port* PortByAlias(absl::string_view alias) const;

  // The port for a caller who names none: of this content provider, for this
  // carrier and class; active ones first, then by id. Null: see AnyPort.
  const Port* ChoosePort(ContentProviderId content_provider, Carrier carrier,
                         MessageClass c) const;
  // Any port of this content provider that is for this class, whatever the
  // carrier; else any port at all; null when it has none.
  const Port* AnyPort(ContentProviderId content_provider, MessageClass c) const;

 private:
  friend class RegistryBuilder;
  friend class RegistryTemplates;
  Registry();
  struct State;
  std::unique_ptr<State> state_;
};

// A store::v1::PartyKind of a party; UNSPECIFIED when it has none.
store::v1::PartyKind KindOf(const store::v1::Party& party);

// The field that holds `party` in a request that writes it, such as
// "content_provider"; "kind" when it has none.
absl::string_view RequestFieldOf(const store::v1::Party& party);

// The name of `party` in errors, such as "port hz-1".
std::string NameOf(const store::v1::Party& party);

// The name of the party that an error of Registry::Build() is about: the one
// that changed, or another that the change makes invalid. Empty when the error
// is not of Build().
std::string FaultyPartyIn(const absl::Status& status);

}  // namespace sluice::filter
