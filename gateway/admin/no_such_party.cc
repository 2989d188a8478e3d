#include "gateway/admin/no_such_party.h"

#include <vector>

#include "rules/base/both_error.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"

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

}  // namespace

absl::Status NoSuchParty(const filter::Registry& registry,
                         store::v1::PartyKind kind, const std::string& id,
                         absl::string_view field) {
  std::vector<std::string> ids;
  for (const store::v1::Party& party : registry.parties()) {
    if (filter::KindOf(party) == kind) ids.push_back(party.id());
  }
  const KindWords words = WordsOf(kind);
  const std::string nearest = rules::NearestOf(id, ids);
  return InvalidField(
      field,
      nearest.empty()
          ? SayBoth("没有$1 $0：`sluicectl registry list $3` 列出全部",
                    "there is no $2 $0: `sluicectl registry list $3` lists "
                    "them all",
                    Quoted(id), words.chinese, words.english, words.command)
          : SayBoth("没有$1 $0，是否应为 $3？",
                    "there is no $2 $0, did you mean $3?", Quoted(id),
                    words.chinese, words.english, Quoted(nearest)));
}

}  // namespace sluice::gateway
