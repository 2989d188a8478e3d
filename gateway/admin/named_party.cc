#include "gateway/admin/named_party.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "rules/base/both_error.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/pasted_phone.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"
#include "rules/fold/fold.h"

namespace sluice::gateway {
namespace {

struct KindWords {
  const char* chinese = "";
  const char* english = "";
  const char* command = "";  // As `sluicectl registry list` names it.
};

KindWords WordsOf(store::v1::PartyKind kind) {
  switch (kind) {
    case store::v1::PARTY_KIND_LICENSEE:
      return {"持证单位", "licensee", "licensee"};
    case store::v1::PARTY_KIND_ACCOUNT:
      return {"账号", "account", "account"};
    case store::v1::PARTY_KIND_CONTENT_PROVIDER:
      return {"内容提供者", "content provider", "content-provider"};
    case store::v1::PARTY_KIND_SIGNATURE:
      return {"签名", "signature", "signature"};
    case store::v1::PARTY_KIND_PORT:
      return {"端口号", "port", "port"};
    case store::v1::PARTY_KIND_TEMPLATE:
      return {"模板", "template", "template"};
    default:
      return {"登记", "party", ""};
  }
}

using Parties = std::vector<const store::v1::Party*>;

// Most ids or names that an error lists.
constexpr size_t kListedMax = 5;
// A shorter text is part of too many names.
constexpr size_t kPartBytesMin = 4;

std::vector<std::string> NamesOf(const store::v1::Party& party) {
  switch (party.kind_case()) {
    case store::v1::Party::kLicensee:
      return {party.licensee().name()};
    case store::v1::Party::kAccount:
      return {party.account().name()};
    case store::v1::Party::kContentProvider:
      return {party.content_provider().name()};
    case store::v1::Party::kSignature:
      return {party.signature().name()};
    case store::v1::Party::kPort:
      return {party.port().number(),
              absl::StrCat(party.port().number(), party.port().sub_port()),
              party.port().alias()};
    default:
      return {};
  }
}

// As a name is compared when no name is quite the same.
std::string Folded(absl::string_view name) {
  std::string folded;
  rules::FoldTable::Shared().Fold(name, folded);
  return folded;
}

// What a person writes, without what is around a name of this kind.
std::string Bare(store::v1::PartyKind kind, absl::string_view name) {
  name = absl::StripAsciiWhitespace(name);
  if (kind == store::v1::PARTY_KIND_PORT) {
    const std::string plain = PlainNumber(name);
    const bool digits = std::all_of(plain.begin(), plain.end(), [](char c) {
      return '0' <= c && c <= '9';
    });
    if (digits) return plain;
  }
  if (kind == store::v1::PARTY_KIND_SIGNATURE &&
      absl::ConsumePrefix(&name, "【")) {
    absl::ConsumeSuffix(&name, "】");
  }
  return std::string(name);
}

template <class Same>
Parties Named(const filter::Registry& registry, store::v1::PartyKind kind,
              Same same) {
  Parties found;
  for (const store::v1::Party& party : registry.parties()) {
    if (filter::KindOf(party) != kind) continue;
    const std::vector<std::string> names = NamesOf(party);
    if (std::any_of(names.begin(), names.end(), [&](const auto& name) {
          return !name.empty() && same(name);
        })) {
      found.push_back(&party);
    }
  }
  return found;
}

// The ids, with an ellipsis if there are more than an error lists.
std::string Ids(const Parties& parties) {
  std::vector<std::string> ids;
  for (const store::v1::Party* const party : parties) {
    if (ids.size() == kListedMax) break;
    ids.push_back(Quoted(party->id()));
  }
  return absl::StrCat(absl::StrJoin(ids, ", "),
                      parties.size() > kListedMax ? ", ..." : "");
}

// 'shop' (某商店), or the id alone.
std::string IdAndName(const store::v1::Party& party) {
  const std::vector<std::string> names = NamesOf(party);
  if (names.empty() || names.front().empty()) return Quoted(party.id());
  return absl::StrCat(Quoted(party.id()), " (",
                      Shortened(names.front(), kQuotedBytesMax), ")");
}

// The parties that were probably meant: with an id or a name like `written`,
// else with a name that it is a part of.
Parties NearOnes(const filter::Registry& registry, store::v1::PartyKind kind,
                 const std::string& written) {
  std::vector<std::string> known;
  for (const store::v1::Party& party : registry.parties()) {
    if (filter::KindOf(party) != kind) continue;
    known.push_back(party.id());
    for (std::string& name : NamesOf(party)) {
      if (!name.empty()) known.push_back(std::move(name));
    }
  }
  const std::string nearest = rules::NearestOf(written, known);
  if (!nearest.empty()) {
    const store::v1::Party* const party = registry.FindParty(kind, nearest);
    if (party != nullptr) return {party};
    return Named(registry, kind, [&nearest](const std::string& name) {
      return name == nearest;
    });
  }
  const std::string part = Folded(written);
  if (part.size() < kPartBytesMin) return {};
  return Named(registry, kind, [&part](const std::string& name) {
    return absl::StrContains(Folded(name), part);
  });
}

absl::Status NoneNamed(const filter::Registry& registry,
                       store::v1::PartyKind kind, const std::string& written,
                       absl::string_view field) {
  const KindWords words = WordsOf(kind);
  const Parties near = NearOnes(registry, kind, written);
  if (near.empty()) {
    return InvalidField(
        field,
        SayBoth("没有$1 $0：`sluicectl registry list $3` 列出全部",
                "there is no $2 $0: `sluicectl registry list $3` lists "
                "them all",
                Quoted(written), words.chinese, words.english, words.command));
  }
  return InvalidField(
      field,
      SayBoth("没有$1 $0，是否应为 $3？", "there is no $2 $0, did you mean $3?",
              Quoted(written), words.chinese, words.english,
              near.size() == 1 ? IdAndName(*near.front()) : Ids(near)));
}

absl::Status SeveralNamed(const Parties& parties, store::v1::PartyKind kind,
                          const std::string& written, absl::string_view field) {
  const KindWords words = WordsOf(kind);
  return InvalidField(
      field, SayBoth("有 $3 个$1名为 $0，请给出编号：$4",
                     "$0 is the name of more than one $2 ($3): give the id, "
                     "one of $4",
                     Quoted(written), words.chinese, words.english,
                     parties.size(), Ids(parties)));
}

}  // namespace

absl::StatusOr<const store::v1::Party*> FindNamed(
    const filter::Registry& registry, store::v1::PartyKind kind,
    absl::string_view id_or_name, absl::string_view field) {
  const store::v1::Party* const party = registry.FindParty(kind, id_or_name);
  if (party != nullptr) return party;
  const std::string name = Bare(kind, id_or_name);
  Parties found = Named(
      registry, kind, [&name](const std::string& one) { return one == name; });
  if (found.empty()) {
    const std::string folded = Folded(name);
    found = Named(registry, kind, [&folded](const std::string& one) {
      return Folded(one) == folded;
    });
  }
  if (found.size() == 1) return found.front();
  const std::string written(id_or_name);
  return found.empty() ? NoneNamed(registry, kind, written, field)
                       : SeveralNamed(found, kind, written, field);
}

absl::StatusOr<uint32_t> NumberOfNamed(const filter::Registry& registry,
                                       store::v1::PartyKind kind,
                                       absl::string_view id_or_name,
                                       absl::string_view field) {
  if (id_or_name.empty()) return 0;
  SLUICE_ASSIGN_OR_RETURN(const store::v1::Party* const party,
                          FindNamed(registry, kind, id_or_name, field));
  return party->number();
}

}  // namespace sluice::gateway
