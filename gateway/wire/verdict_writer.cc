#include "gateway/wire/verdict_writer.h"

#include <string>

#include "filter/policy/number_table.h"
#include "gateway/wire/timestamp.h"
#include "rules/rule_set.h"

namespace sluice::gateway {
namespace {

void Assign(absl::string_view from, std::string* to) {
  to->assign(from.data(), from.size());
}

// The pack's article for a code; empty when there is none or nobody has
// confirmed it.
absl::string_view ArticleOf(const rules::v1::PackArticles& articles,
                            absl::string_view code) {
  for (const rules::v1::Article& article : articles.articles()) {
    if (article.code() == code) return article.article();
  }
  return {};
}

// The rule's own, or else its code's.
absl::string_view ArticleOf(const filter::Snapshot& snapshot,
                            const filter::Finding& finding,
                            absl::string_view code) {
  if (finding.code == filter::ReasonCode::kContentProhibited ||
      finding.code == filter::ReasonCode::kContentUnwanted) {
    const absl::string_view own = snapshot.rules->ArticleOf(finding.rule);
    if (!own.empty()) return own;
  }
  return ArticleOf(snapshot.rules->articles(), code);
}

// v1::Reason and wire::v1::Reason differ in bytes and string only.
template <class Reason>
void WriteFinding(const filter::Snapshot& snapshot,
                  const filter::Finding& finding, filter::Language language,
                  Reason& reason) {
  const absl::string_view code = filter::Name(finding.code);
  Assign(code, reason.mutable_code());
  reason.set_basis(finding.basis);
  Assign(ArticleOf(snapshot, finding, code), reason.mutable_article());
  Assign(finding.rule, reason.mutable_rule());
  Assign(filter::Sentence(finding.code, finding.rule, finding.field, language),
         reason.mutable_sentence());
  Assign(finding.field, reason.mutable_field());
  for (const filter::TextSpan& span : finding.spans) {
    v1::Span* to = reason.add_spans();
    to->set_begin(span.begin);
    to->set_end(span.end);
  }
}

template <class Reason>
void WriteRecorded(const store::v1::RecordedReason& recorded,
                   filter::Language language, Reason& reason) {
  *reason.mutable_code() = recorded.code();
  reason.set_basis(recorded.basis());
  *reason.mutable_article() = recorded.article();
  *reason.mutable_rule() = recorded.rule();
  *reason.mutable_field() = recorded.field();
  *reason.mutable_spans() = recorded.spans();
  // A code that this version does not know keeps its name and has no sentence.
  if (const auto code = filter::ParseReasonCode(recorded.code())) {
    Assign(filter::Sentence(*code, recorded.rule(), recorded.field(), language),
           reason.mutable_sentence());
  }
}

void WriteId(const store::MessageId& id, std::string* to) {
  to->resize(store::kMessageIdSize);
  store::EncodeMessageId(id, to->data());
}

}  // namespace

void WriteReason(const filter::Snapshot& snapshot,
                 const filter::Finding& finding, filter::Language language,
                 v1::Reason& reason) {
  WriteFinding(snapshot, finding, language, reason);
}

void WriteVerdict(const filter::Snapshot& snapshot,
                  const filter::MessageFacts& facts,
                  const store::Answer& answer, bool with_id,
                  filter::Language language, wire::v1::Verdict& verdict) {
  verdict.set_decision(answer.decision);
  if (answer.decision == v1::DECISION_UNDECIDED) return;
  if (with_id) {
    WriteId({answer.partition, answer.record}, verdict.mutable_message_id());
  }
  for (const filter::Finding& finding : answer.findings) {
    WriteFinding(snapshot, finding, language,
                 finding.observed ? *verdict.add_would_reasons()
                                  : *verdict.add_reasons());
  }
  if (answer.decision == v1::DECISION_DEFERRED) {
    SetTimestamp(answer.planned_ms, *verdict.mutable_not_before());
  }
  verdict.set_parts(facts.parts);
  Assign(snapshot.rules->id(), verdict.mutable_rule_set());
  Assign(facts.access_number.view(), verdict.mutable_access_number());
  Assign(filter::Name(facts.carrier), verdict.mutable_carrier());
}

void WriteRecordedVerdict(const store::v1::Decided& decided,
                          const store::MessageId& id, bool with_id,
                          filter::Language language,
                          wire::v1::Verdict& verdict) {
  verdict.set_decision(decided.decision());
  if (with_id) WriteId(id, verdict.mutable_message_id());
  for (const store::v1::RecordedReason& recorded : decided.reasons()) {
    WriteRecorded(recorded, language,
                  recorded.observed() ? *verdict.add_would_reasons()
                                      : *verdict.add_reasons());
  }
  if (decided.decision() == v1::DECISION_DEFERRED) {
    SetTimestamp(decided.planned_ms(), *verdict.mutable_not_before());
  }
  verdict.set_parts(decided.parts());
  *verdict.mutable_rule_set() = decided.rule_set();
  *verdict.mutable_access_number() = decided.access_number();
  Assign(filter::Name(static_cast<Carrier>(decided.carrier())),
         verdict.mutable_carrier());
}

void WriteReason(const store::v1::RecordedReason& recorded,
                 filter::Language language, v1::Reason& reason) {
  WriteRecorded(recorded, language, reason);
}

}  // namespace sluice::gateway
