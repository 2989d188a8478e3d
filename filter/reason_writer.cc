#include "filter/reason_writer.h"

#include "rules/rule_set.h"

namespace sluice::filter {

absl::string_view ArticleOf(const Snapshot& snapshot, const Finding& finding) {
  if (finding.code == ReasonCode::kContentProhibited ||
      finding.code == ReasonCode::kContentUnwanted) {
    const absl::string_view own = snapshot.rules->ArticleOf(finding.rule);
    if (!own.empty()) return own;
  }
  const absl::string_view code = Name(finding.code);
  for (const rules::v1::Article& article :
       snapshot.rules->articles().articles()) {
    if (article.code() == code) return article.article();
  }
  return {};
}

}  // namespace sluice::filter
