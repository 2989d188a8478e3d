#include "store/partition/forgotten_sends.h"

#include <vector>

#include "absl/container/flat_hash_set.h"
#include "filter/ledger.h"
#include "rules/base/status_macros.h"
#include "store/journal/journal_reader.h"
#include "store/journal/journal_times.h"
#include "store/partition/decided_record.h"

namespace sluice::store {
namespace {

using filter::Send;

// A send may have been decided so long before its time.
constexpr int64_t kPlannedAheadMs = 31 * 86'400'000ll;

class Restoring {
 public:
  Restoring(const ForgottenParts& parts, int64_t now_ms, PartitionState& state)
      : parts_(parts),
        now_ms_(now_ms),
        forgetting_(parts.policy, now_ms),
        state_(state) {}

  int64_t begins_ms() const {
    return forgetting_.begins_ms() - kPlannedAheadMs;
  }

  absl::Status Read(RecordRef ref, const store::v1::Record& record) {
    const Phone recipient{record.recipient()};
    if (record.has_decided()) {
      if (record.decided().retry_of() != 0) {
        Drop(recipient, record.decided().retry_of());
      }
      return Restore(recipient, record, SendOf(record, ref));
    }
    if (record.has_redecided()) {
      const auto message = RecordRef::FromValue(record.redecided().message());
      Drop(recipient, message.value());
      return Restore(recipient, record, SendOf(record, message));
    }
    if (record.has_answered() && record.answered().refunded()) {
      Refund(recipient, record.answered().message());
    } else if (record.has_ended() && record.ended().refunded()) {
      Refund(recipient, record.ended().message());
    } else if (record.has_reported() &&
               record.reported().state() ==
                   sluice::v1::MESSAGE_STATE_UNDELIVERED) {
      Send* const send = Find(recipient, record.reported().message());
      if (send != nullptr) send->flags |= filter::kSendFailed;
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Restore(Phone recipient, const store::v1::Record& record,
                       const Send& send) {
    const bool wanted =
        (send.flags & filter::kSendCharged) != 0 || send.key != 0;
    // A send of the mistaken future that was forgotten there is old indeed.
    if (!wanted || record.at_ms() > now_ms_ || forgetting_.CanForget(send)) {
      return absl::OkStatus();
    }
    SLUICE_RETURN_IF_ERROR(parts_.recall.Recall({&recipient, 1}, state_));
    if (state_.recipients.FindSend(recipient, send.message) != nullptr ||
        state_.recipients.Find(recipient).sends.size() >=
            kSendsPerRecipientMax) {
      return absl::OkStatus();
    }
    state_.changed.Add(recipient);
    state_.recipients.AddSend(recipient, send);
    restored_.insert(send.message);
    return absl::OkStatus();
  }

  // Only what was restored is behind: the rest has seen these records.
  Send* Find(Phone recipient, uint64_t message) {
    if (!restored_.contains(message)) return nullptr;
    return state_.recipients.FindSend(recipient, message);
  }
  void Drop(Phone recipient, uint64_t message) {
    if (restored_.erase(message) == 0) return;
    state_.recipients.RemoveSend(recipient, message);
  }
  void Refund(Phone recipient, uint64_t message) {
    Send* const send = Find(recipient, message);
    if (send == nullptr) return;
    send->flags &= static_cast<uint8_t>(~filter::kSendCharged);
    if (send->key == 0) Drop(recipient, message);
  }

  const ForgottenParts& parts_;
  const int64_t now_ms_;
  const filter::Forgetting forgetting_;
  PartitionState& state_;
  absl::flat_hash_set<uint64_t> restored_;
};

// The newest segment before `end` that begins before `begins_ms`.
absl::StatusOr<Position> BeginAt(const ForgottenParts& parts, Position end,
                                 int64_t begins_ms) {
  SLUICE_ASSIGN_OR_RETURN(const std::vector<uint32_t> segments,
                          ListSegments(parts.files));
  for (size_t i = segments.size(); i > 0; --i) {
    if (Position(segments[i - 1], kSegmentHeaderSize) >= end) continue;
    SLUICE_ASSIGN_OR_RETURN(
        const int64_t first_ms,
        FirstTime(parts.files, parts.identity, segments[i - 1], end));
    if (first_ms < begins_ms) return Position(segments[i - 1], 0);
  }
  return Position();
}

}  // namespace

absl::Status RestoreForgotten(const ForgottenParts& parts, Position end,
                              int64_t now_ms,
                              const std::function<bool(uint32_t bucket)>& in,
                              PartitionState& state) {
  Restoring restoring(parts, now_ms, state);
  SLUICE_ASSIGN_OR_RETURN(const Position from,
                          BeginAt(parts, end, restoring.begins_ms()));
  JournalReader reader(parts.files, parts.identity, from);
  store::v1::Record record;
  for (;;) {
    SLUICE_ASSIGN_OR_RETURN(const bool more, reader.Next(end));
    if (!more) return absl::OkStatus();
    for (uint32_t i = 0; i < reader.group().count(); ++i) {
      if (reader.group().Removed(i)) continue;
      const absl::string_view bytes = reader.group().Record(i);
      if (!record.ParseFromArray(bytes.data(),
                                 static_cast<int>(bytes.size()))) {
        return absl::DataLossError("a record does not parse");
      }
      if (record.recipient() == 0 || !in(BucketOf({record.recipient()}))) {
        continue;
      }
      SLUICE_RETURN_IF_ERROR(
          restoring.Read(RecordRef(reader.position(), i), record));
    }
  }
}

}  // namespace sluice::store
