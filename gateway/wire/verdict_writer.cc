#include "gateway/wire/verdict_writer.h"

#include <string>

#include "filter/policy/number_table.h"
#include "filter/reason_writer.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/error_reason.h"
#include "rules/rule_set.h"

namespace sluice::gateway {
namespace {

void Assign(absl::string_view from, std::string* to) {
  to->assign(from.data(), from.size());
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
  // A code unknown to this version of Sluice keeps its name and has no
  // sentence.
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

void WriteVerdict(const filter::Snapshot& snapshot,
                  const filter::MessageFacts& facts,
                  const store::Answer& answer, bool with_id,
                  filter::Language language, wire::v1::Verdict& verdict) {
  verdict.set_decision(answer.decision);
  if (answer.decision == v1::DECISION_UNDECIDED) return;
  if (with_id && answer.record != store::RecordRef()) {
    WriteId({answer.partition, answer.record}, verdict.mutable_message_id());
  }
  for (const filter::Finding& finding : answer.findings) {
    filter::WriteReason(snapshot, finding, language,
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

void WriteUnreadableVerdict(const absl::Status& why, const store::MessageId& id,
                            filter::Language language,
                            wire::v1::Verdict& verdict) {
  verdict.set_decision(v1::DECISION_UNDECIDED);
  WriteId(id, verdict.mutable_message_id());
  wire::v1::Reason& reason = *verdict.add_reasons();
  Assign(ReasonOf(why), reason.mutable_code());
  Assign("key", reason.mutable_field());
  const bool damaged = absl::IsDataLoss(why);
  if (language == filter::Language::kChinese) {
    Assign(damaged ? "该键的首次判定记录已损坏，请联系网关运营方恢复后重试"
                   : "暂时无法读取该键的首次判定记录，请稍后重试",
           reason.mutable_sentence());
  } else {
    Assign(damaged ? "the record of the first verdict under this key is "
                     "damaged: ask the gateway's operator to restore it, then "
                     "submit again"
                   : "the record of the first verdict under this key cannot be "
                     "read now: submit again later",
           reason.mutable_sentence());
  }
}

void WriteReason(const store::v1::RecordedReason& recorded,
                 filter::Language language, v1::Reason& reason) {
  WriteRecorded(recorded, language, reason);
}

}  // namespace sluice::gateway
