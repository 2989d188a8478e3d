#pragma once

// From a finding to the API's reason, with its sentence in the caller's
// language.

#include "absl/strings/string_view.h"
#include "filter/examine/snapshot.h"
#include "filter/policy/language.h"
#include "filter/policy/reason.h"
#include "filter/sentence.h"
#include "sluice/v1/message.pb.h"

namespace sluice::filter {

// The article of the finding's rule, or else of its code; empty when the pack
// has none or nobody has confirmed it. Borrowed from the snapshot's rules.
absl::string_view ArticleOf(const Snapshot& snapshot, const Finding& finding);

// Fills `reason`, which is empty. A template: v1::Reason and wire::v1::Reason
// differ in bytes and string only.
template <class Reason>
void WriteReason(const Snapshot& snapshot, const Finding& finding,
                 Language language, Reason& reason) {
  const auto assign = [](absl::string_view from, std::string* to) {
    to->assign(from.data(), from.size());
  };
  assign(Name(finding.code), reason.mutable_code());
  reason.set_basis(finding.basis);
  assign(ArticleOf(snapshot, finding), reason.mutable_article());
  assign(finding.rule, reason.mutable_rule());
  assign(Sentence(finding.code, finding.rule, finding.field, language),
         reason.mutable_sentence());
  assign(finding.field, reason.mutable_field());
  for (const TextSpan& span : finding.spans) {
    v1::Span* to = reason.add_spans();
    to->set_begin(span.begin);
    to->set_end(span.end);
  }
}

}  // namespace sluice::filter
