#include "gateway/admin/opt_out_import.h"

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/admin/opt_out_entry.h"
#include "gateway/submit/batch_stream.h"
#include "gateway/submit/submit_pipeline.h"
#include "gateway/wire/message_bytes.h"
#include "gateway/wire/rpc_status.h"
#include "rules/base/error_reason.h"
#include "rules/base/mutex.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/opt_outs.pb.h"

namespace sluice::gateway {
namespace {

// One batch is read while the other is in the store. With more batches messages
// would wait longer behind opt-outs.
constexpr size_t kBatchesInWork = 2;

void AddFault(uint32_t index, const absl::Status& status,
              admin::v1::ImportOptOutsResponse& response) {
  admin::v1::RefusedOptOut& refused = *response.add_refused();
  refused.set_index(index);
  refused.set_field(FieldOf(status));
  refused.set_fault(std::string(MessageWithoutField(status)));
}

class OptOutImport final : public BatchStream {
 public:
  OptOutImport(AdminContext& admin, ImportBook& imports,
               const CorrectionBook& corrections)
      : BatchStream(
            {admin.callers, admin.metrics, admin.connections, admin.retry_delay,
             [&admin] { return admin.store.NowMs(); }},
            Rpc::kImportOptOuts, kBatchesInWork),
        admin_(admin),
        imports_(imports),
        corrections_(corrections) {}

 private:
  // Slots of batches that wait, in their order.
  struct Turns {
    Mutex mutex;
    std::deque<size_t> waiting SLUICE_GUARDED_BY(mutex);
  };
  struct Slot {
    store::OptOutBatch batch;
    admin::v1::ImportOptOutsResponse response;
    grpc::ByteBuffer answer;
  };

  void Decide(size_t slot, const grpc::ByteBuffer& bytes) override {
    absl::Status status = Parse(bytes);
    slots_[slot].response.Clear();
    // Also if the batch does not parse: its number comes first on the wire.
    slots_[slot].response.set_batch(request_.batch());
    if (status.ok()) status = Read(slots_[slot]);
    store::OptOutBatch& batch = slots_[slot].batch;
    if (!status.ok() || batch.entries.empty()) return Answer(slot, status);
    if (!MustWait(slot)) HandOrAnswer(slot);
  }

  // Whether a batch waits until its import has begun, which waits for the disk,
  // or is refused. Batches behind it wait too, so that they are recorded in
  // their order.
  bool MustWait(size_t slot) {
    const std::shared_ptr<Turns> turns = turns_;
    {
      MutexLock lock(turns->mutex);
      if (turns->waiting.empty() &&
          imports_.HasBegun(slots_[slot].batch.import_id)) {
        return false;
      }
      turns->waiting.push_back(slot);
      if (turns->waiting.size() > 1) return true;
    }
    const bool queued =
        admin_.urgent_workers.Run([this, turns] { Begin(*turns); });
    if (queued) return true;
    {
      MutexLock lock(turns->mutex);
      turns->waiting.pop_front();
    }
    Answer(slot, absl::ResourceExhaustedError("too many calls are waiting"));
    return true;
  }

  // Begins the imports of the batches that wait, and hands these to the store.
  // The stream may be gone when its last batch has been handed over; `turns` is
  // not.
  void Begin(Turns& turns) {
    for (bool more = true; more;) {
      size_t slot = 0;
      {
        MutexLock lock(turns.mutex);
        slot = turns.waiting.front();
      }
      absl::Status status =
          imports_.Begin(slots_[slot].batch.import_id, key()->id);
      {
        MutexLock lock(turns.mutex);
        turns.waiting.pop_front();
        more = !turns.waiting.empty();
        // Under the lock, or the next batch could overtake this one.
        if (status.ok()) status = Hand(slot);
      }
      if (!status.ok()) Answer(slot, status);
    }
  }

  absl::Status Hand(size_t slot) {
    store::OptOutBatch& batch = slots_[slot].batch;
    batch.done = [this, slot](const absl::Status& recorded) {
      Answer(slot, recorded);
    };
    return admin_.store.AddOptOuts(batch);
  }

  void HandOrAnswer(size_t slot) {
    const absl::Status handed = Hand(slot);
    if (!handed.ok()) Answer(slot, handed);
  }

  const grpc::ByteBuffer& AnswerOf(size_t slot) override {
    return slots_[slot].answer;
  }

  absl::Status Parse(const grpc::ByteBuffer& bytes) {
    if (bytes.Length() > kCallBytesMax) {
      request_.Clear();
      return WithReason(
          InvalidField("opt_outs",
                       absl::StrCat("a batch of ", bytes.Length(),
                                    " bytes, at most ", kCallBytesMax)),
          ErrorReason::kBatchTooLarge);
    }
    // Later batches reuse `request_`, so that parsing allocates little.
    if (ParseBytes(bytes, request_)) return absl::OkStatus();
    return absl::InvalidArgumentError("not an ImportOptOutsRequest");
  }

  // Puts valid entries into the slot's batch, and malformed ones into its
  // answer.
  absl::Status Read(Slot& slot) {
    const int count = request_.opt_outs_size();
    if (count == 0 || count > kImportBatchMax) {
      return InvalidField(
          "opt_outs", absl::StrCat(count, ", allowed: 1 to ", kImportBatchMax));
    }
    SLUICE_RETURN_IF_ERROR(CheckImportId(request_.import_id()));
    if (request_.import_id().empty()) MakeId();
    slot.batch.import_id =
        request_.import_id().empty() ? made_id_ : request_.import_id();
    slot.response.set_import_id(slot.batch.import_id);
    SLUICE_RETURN_IF_ERROR(corrections_.CheckImport(slot.batch.import_id));
    const store::SnapshotPtr snapshot = admin_.store.snapshot();
    slot.batch.entries.clear();
    for (int i = 0; i < count; ++i) {
      absl::StatusOr<store::OptOutEntry> entry =
          ReadOptOut(*snapshot->registry, request_.opt_outs(i),
                     admin::v1::OPT_OUT_SOURCE_IMPORT, key()->id);
      if (entry.ok()) {
        slot.batch.entries.push_back(*std::move(entry));
      } else {
        AddFault(static_cast<uint32_t>(i), entry.status(), slot.response);
      }
    }
    return absl::OkStatus();
  }

  // The same as long as no correction of it is open, which would remove what
  // comes now.
  void MakeId() {
    for (int turn = 1;
         made_id_.empty() || !corrections_.CheckImport(made_id_).ok(); ++turn) {
      made_id_ = MakeImportId(admin_.store.NowMs(), key()->id, turn);
    }
  }

  void Answer(size_t slot, const absl::Status& status) {
    admin::v1::ImportOptOutsResponse& response = slots_[slot].response;
    if (status.ok()) {
      Count(slots_[slot].batch, response);
    } else {
      if (absl::IsResourceExhausted(status)) {
        admin_.metrics.Count(Event::kCallOverloaded);
      } else if (absl::IsInvalidArgument(status)) {
        admin_.metrics.Count(Event::kCallMalformed);
      }
      response.clear_refused();
      *response.mutable_status() = ToProto(status, admin_.retry_delay);
    }
    SerializeBytes(response, slots_[slot].answer);
    Answered(slot);
  }

  static void Count(const store::OptOutBatch& batch,
                    admin::v1::ImportOptOutsResponse& response) {
    if (batch.entries.empty()) return;  // No entry was valid.
    uint32_t existed = 0;
    uint32_t cancelled = 0;
    for (const store::OptOutResult& result : batch.results) {
      existed += result.existed ? 1 : 0;
      cancelled += result.cancelled;
    }
    response.set_existed(existed);
    response.set_added(static_cast<uint32_t>(batch.results.size()) - existed);
    response.set_cancelled(cancelled);
  }

  AdminContext& admin_;
  ImportBook& imports_;
  const CorrectionBook& corrections_;
  std::string made_id_;  // For batches without an id.
  const std::shared_ptr<Turns> turns_ = std::make_shared<Turns>();
  admin::v1::ImportOptOutsRequest request_;
  std::array<Slot, kBatchesInWork> slots_;
};

}  // namespace

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StartOptOutImport(
    AdminContext& admin, ImportBook& imports, const CorrectionBook& corrections,
    grpc::CallbackServerContext* context) {
  auto* stream = new OptOutImport(admin, imports, corrections);
  stream->Start(*context);
  return stream;
}

}  // namespace sluice::gateway
