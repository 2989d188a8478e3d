#include "gateway/corrections/correction_run.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "gateway/corrections/import_book.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/mutex.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"
#include "store/journal/message_id.h"

namespace sluice::gateway {
namespace {

// Records are sought from a moment before an import's begin on: a writer may
// have read the clock just before.
constexpr int64_t kBeforeMs = 60'000;

absl::Status NoOptOut(absl::string_view id) {
  return WithField(
      ErrorOf(absl::StatusCode::kNotFound,
              SayBoth("没有退订 $0", "there is no opt-out $0", Quoted(id))),
      "opt_out_id");
}

// Hands `batch` to the store and waits until it is done.
absl::Status Correct(store::Store& store, store::CorrectionBatch& batch) {
  Mutex mutex;
  CondVar changed;
  bool ready = false;
  absl::Status result;
  batch.done = [&](absl::Status status) {
    MutexLock lock(mutex);
    result = std::move(status);
    ready = true;
    changed.NotifyAll();
  };
  SLUICE_RETURN_IF_ERROR(store.CorrectOptOuts(batch));
  MutexLock lock(mutex);
  while (!ready) changed.Wait(mutex);
  return result;
}

}  // namespace

absl::StatusOr<Phone> NumberOfOptOut(const store::Store& store,
                                     const std::string& id) {
  const absl::StatusOr<store::MessageId> place = store::DecodeMessageId(id);
  if (!place.ok()) return NoOptOut(id);
  const absl::StatusOr<store::v1::Record> record = store.Read(*place);
  if (absl::IsNotFound(record.status()) ||
      absl::IsFailedPrecondition(record.status())) {
    return NoOptOut(id);
  }
  if (!record.ok()) return record.status();
  if (!record->has_opt_out_added()) return NoOptOut(id);
  return Phone{record->recipient()};
}

absl::StatusOr<CorrectionCounts> CorrectionRun::Remove(
    const admin::v1::OptOutCorrection& correction) {
  return Run(correction, /*check_only=*/false);
}

absl::StatusOr<CorrectionCounts> CorrectionRun::Count(
    const admin::v1::OptOutCorrection& correction) {
  return Run(correction, /*check_only=*/true);
}

absl::StatusOr<CorrectionCounts> CorrectionRun::Run(
    const admin::v1::OptOutCorrection& correction, bool check_only) {
  counts_ = {};
  batch_.items.clear();
  batch_.check_only = check_only;
  batch_.correction_id = correction.id();
  batch_.actor = correction.decider();
  batch_.reason = correction.reason();
  SLUICE_RETURN_IF_ERROR(correction.import_id().empty()
                             ? OfOptOut(correction.opt_out_id())
                             : OfImport(correction.import_id()));
  return counts_;
}

absl::Status CorrectionRun::OfOptOut(const std::string& id) {
  SLUICE_ASSIGN_OR_RETURN(const Phone recipient, NumberOfOptOut(store_, id));
  const store::RecordRef record = store::DecodeMessageId(id)->record;
  SLUICE_RETURN_IF_ERROR(store_.VisitOldestFirst(
      recipient, record, store::MaskOf(store::RecordKind::kOptOut),
      [this](store::RecordRef, const store::v1::Record& one) {
        if (one.has_opt_out_removed()) CountRemoved(one.opt_out_removed());
        return true;
      },
      stop_));
  SLUICE_RETURN_IF_ERROR(Add(recipient, record));
  return Flush();
}

absl::Status CorrectionRun::OfImport(const std::string& id) {
  SLUICE_ASSIGN_OR_RETURN(const int64_t began_ms, imports_.BeganMs(id));
  for (int p = 0; p < store_.partitions(); ++p) {
    SLUICE_RETURN_IF_ERROR(OfPartition(p, began_ms - kBeforeMs, id));
  }
  return absl::OkStatus();
}

absl::Status CorrectionRun::OfPartition(int partition, int64_t began_ms,
                                        const std::string& id) {
  const std::string& own_id = batch_.correction_id;
  absl::Status status;
  store::v1::Record record;
  // Few records have one of the ids: the others need not be parsed.
  const auto visit = [&](store::RecordRef ref, absl::string_view bytes) {
    status = CheckStop(stop_);
    if (!status.ok()) return false;
    const bool removed = !own_id.empty() && absl::StrContains(bytes, own_id);
    if (!removed && !absl::StrContains(bytes, id)) return true;
    if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      status = absl::DataLossError("a journal record does not parse");
    } else if (record.has_opt_out_removed()) {
      CountRemoved(record.opt_out_removed());
    } else if (record.opt_out_added().import_id() == id) {
      status = Add(Phone{record.recipient()}, ref);
    }
    return status.ok();
  };
  SLUICE_ASSIGN_OR_RETURN(const store::RecordRef from,
                          store_.Seek(partition, began_ms, stop_));
  const absl::StatusOr<store::RecordRef> end =
      store_.Scan(partition, from, visit, stop_);
  if (!end.ok()) return end.status();
  SLUICE_RETURN_IF_ERROR(status);
  return Flush();
}

// An earlier run of the same correction removed these.
void CorrectionRun::CountRemoved(const store::v1::OptOutRemoved& removed) {
  if (batch_.correction_id.empty() ||
      removed.correction_id() != batch_.correction_id) {
    return;
  }
  counts_.removed += static_cast<uint64_t>(removed.removed_size());
}

absl::Status CorrectionRun::Add(Phone recipient, store::RecordRef record) {
  batch_.items.push_back({recipient, record});
  return batch_.items.size() < kBatchMax ? absl::OkStatus() : Flush();
}

absl::Status CorrectionRun::Flush() {
  if (batch_.items.empty()) return absl::OkStatus();
  SLUICE_RETURN_IF_ERROR(CheckStop(stop_));
  SLUICE_RETURN_IF_ERROR(Correct(store_, batch_));
  for (const store::CorrectionOutcome outcome : batch_.outcomes) {
    counts_.removed += outcome == store::CorrectionOutcome::kRemoved ? 1 : 0;
    counts_.kept += outcome == store::CorrectionOutcome::kKept ? 1 : 0;
  }
  batch_.items.clear();
  if (progress_) progress_(counts_);
  return absl::OkStatus();
}

}  // namespace sluice::gateway
