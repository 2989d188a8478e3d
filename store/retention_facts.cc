#include "store/retention_facts.h"

#include "rules/base/status_macros.h"
#include "sluice/store/v1/record.pb.h"
#include "store/record_body.h"

namespace sluice::store {
namespace {

bool Matters(absl::string_view record) {
  switch (BodyOf(record)) {
    case v1::Record::kPartyChangedFieldNumber:
    case v1::Record::kLegalHoldChangedFieldNumber:
    case v1::Record::kErasureRequestedFieldNumber:
      return true;
    default:
      return false;
  }
}

}  // namespace

void RetentionFacts::Take(const v1::Record& record) {
  kept_.Take(record);
  if (!record.has_erasure_requested()) return;
  const v1::ErasureRequested& request = record.erasure_requested();
  erasures_[request.number()] = {.number = request.number(),
                                 .recipient = Phone{record.recipient()},
                                 .requested_ms = request.requested_ms()};
}

absl::Status RetentionFacts::CatchUp() {
  if (!next_) {
    // What comes meanwhile is read twice, which changes nothing.
    SLUICE_ASSIGN_OR_RETURN(const Position end, control_.DurableEnd());
    SLUICE_RETURN_IF_ERROR(
        standing_.Read([this](const v1::Record& record)
                           SLUICE_REQUIRES(mutex_) { Take(record); }));
    next_ = RecordRef(end, 0);
    return absl::OkStatus();
  }
  absl::Status parsed;
  const auto take = [&](RecordRef,
                        absl::string_view bytes) SLUICE_REQUIRES(mutex_) {
    if (!Matters(bytes)) return true;
    v1::Record record;
    if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      parsed = absl::DataLossError("a control record does not parse");
      return false;
    }
    Take(record);
    return true;
  };
  SLUICE_ASSIGN_OR_RETURN(const RecordRef next,
                          control_.Scan(*next_, take, StopAsked()));
  SLUICE_RETURN_IF_ERROR(parsed);
  next_ = next;
  return absl::OkStatus();
}

absl::Status RetentionFacts::Read(int64_t now_ms, RetentionRules& rules) {
  MutexLock lock(mutex_);
  SLUICE_RETURN_IF_ERROR(CatchUp());
  rules.kept = kept_.At(now_ms, rules.legal_ms);
  rules.erasures.clear();
  for (const auto& [number, erasure] : erasures_) {
    rules.erasures.push_back(erasure);
  }
  return absl::OkStatus();
}

}  // namespace sluice::store
