// Handing messages to links, and what comes back from carriers.

#include <algorithm>
#include <optional>
#include <utility>

#include "rules/base/status_macros.h"
#include "store/writer/partition_writer.h"

namespace sluice::store {

namespace {

// Refused, expired, cancelled and never-taken messages give their charge back.
// UNKNOWN and undelivered ones keep it; what a limit makes of an undelivered
// one is its own business (filter::kSendFailed).
bool Refunds(sluice::v1::MessageState state) {
  return state == sluice::v1::MESSAGE_STATE_REFUSED ||
         state == sluice::v1::MESSAGE_STATE_CANCELLED ||
         state == sluice::v1::MESSAGE_STATE_EXPIRED;
}

}  // namespace

void PartitionWriter::Do(TakeWorkCommand& command) {
  WorkRequest& request = command.request;
  if (disk_full_) {
    request.done(commit_->space());
    return;
  }
  Work work;
  std::vector<WorkItem>& items = work.items;
  uint32_t segments_left = request.segments_max;
  for (int carrier = 0; carrier < kCarriers && segments_left > 0; ++carrier) {
    if (!request.carriers[carrier]) continue;
    while (segments_left > 0 && TakeOne(static_cast<Carrier>(carrier), request,
                                        segments_left, work)) {
      segments_left -= std::min<uint32_t>(segments_left, items.back().parts);
    }
  }
  if (items.empty()) {
    request.done(std::move(work));
    return;
  }
  HandingOverCommand handing_over;
  for (const WorkItem& item : items) {
    handing_over.messages.push_back(item.message.value());
  }
  redo_.Add(std::move(handing_over));
  auto shared = std::make_shared<Work>(std::move(work));
  AfterDurable(
      [shared, done = std::move(request.done)](const absl::Status& status) {
        if (status.ok()) {
          done(std::move(*shared));
        } else {
          done(status);
        }
      });
}

// Appends one hand-over to `work` after the last look. Returns false when
// nothing is due, or what is due cannot go now.
bool PartitionWriter::TakeOne(Carrier carrier, const WorkRequest& request,
                              uint32_t segments_left, Work& work) {
  for (;;) {
    LiveMessage* const live = state_->outbox.TakeDue(carrier);
    if (live == nullptr) return false;
    const Phone recipient = live->about.recipient;
    const auto refused = filter::LastLook(
        *snapshot_, state_->recipients.Find(recipient), live->about, now_ms_);
    if (refused.has_value()) {
      EndMessage(*live,
                 refused->code == filter::ReasonCode::kExpired
                     ? sluice::v1::MESSAGE_STATE_EXPIRED
                     : sluice::v1::MESSAGE_STATE_CANCELLED,
                 *refused);
      continue;
    }
    // A message with more parts than the window has room for waits until the
    // window is empty; it is the first in line.
    if (live->parts > segments_left &&
        segments_left < request.segments_window) {
      state_->outbox.PutBack(*live);
      work.more = true;
      return false;
    }
    if (live->text.empty() &&
        RecordRef::FromValue(live->decision).position() >= durable_end()) {
      // It can be read when the group on its way is durable: tell of it then.
      state_->outbox.PutBack(*live);
      announced_[static_cast<int>(carrier)] = false;
      return false;
    }
    absl::StatusOr<std::string> text = state_->outbox.TakeText(*live);
    if (text->empty()) text = TextOf(*live);
    if (!text.ok()) {
      parts_.note(std::string(text.status().message()));
      state_->outbox.Requeue(*live, now_ms_ + 1000, now_ms_);
      continue;
    }
    store::v1::Record& record = Refill(handed_over_, recipient);
    record.mutable_handed_over()->set_message(live->message);
    record.mutable_handed_over()->set_link(request.link);
    Append(record);
    work.items.push_back(
        {.message = RecordRef::FromValue(live->message),
         .partition = options_.identity.partition,
         .recipient = recipient,
         .access_number = std::string(live->access_number.view()),
         .text = *std::move(text),
         .parts = live->parts,
         .carrier = carrier,
         .message_class = live->about.message_class,
         .expire_at_ms = live->about.expire_at_ms});
    state_->HandedOver(*live, request.link, now_ms_);
    live->with_link = true;
    return true;
  }
}

// What goes out, from the message's record and that of its last decision.
absl::StatusOr<std::string> PartitionWriter::TextOf(const LiveMessage& live) {
  const auto decision_at =
      [this](uint64_t ref) -> absl::StatusOr<store::v1::Record> {
    SLUICE_ASSIGN_OR_RETURN(const std::string bytes,
                            reader_.Read(RecordRef::FromValue(ref)));
    store::v1::Record record;
    if (!record.ParseFromString(bytes) ||
        !(record.has_decided() || record.has_redecided())) {
      return absl::DataLossError("a waiting message's record does not parse");
    }
    return record;
  };
  SLUICE_ASSIGN_OR_RETURN(const store::v1::Record last,
                          decision_at(live.decision));
  const store::v1::Decided& decided = DecisionIn(last);
  if (!decided.sent_text().empty()) return decided.sent_text();
  if (live.decision == live.message) return decided.text();
  SLUICE_ASSIGN_OR_RETURN(const store::v1::Record first,
                          decision_at(live.message));
  return first.decided().text();
}

// Ends a message that was not handed over, or whose report never came.
void PartitionWriter::EndMessage(LiveMessage& live,
                                 sluice::v1::MessageState state,
                                 const filter::Finding& reason) {
  const bool refunded = Refunds(state);
  store::v1::Record& record = NewRecord(live.about.recipient);
  store::v1::Ended& ended = *record.mutable_ended();
  ended.set_message(live.message);
  ended.set_state(state);
  RecordReason(reason, *ended.mutable_reason());
  ended.set_refunded(refunded);
  Append(record);
  state_->Ended(live, state, refunded);
}

// A message is over its deadline.
void PartitionWriter::Look(uint64_t message) {
  LiveMessage* const live = state_->outbox.Find(message);
  if (live == nullptr) return;
  if (IsWaiting(live->state)) {
    filter::Finding expired = {.code = filter::ReasonCode::kExpired,
                               .basis = sluice::v1::BASIS_POLICY};
    if (now_ms_ < live->about.expire_at_ms) {
      expired.rule = "hold_hours";
    } else {
      expired.field = "expire_at";
    }
    EndMessage(*live, sluice::v1::MESSAGE_STATE_EXPIRED, expired);
  } else if (live->state == sluice::v1::MESSAGE_STATE_TAKEN) {
    EndMessage(*live, sluice::v1::MESSAGE_STATE_NO_REPORT,
               {.code = filter::ReasonCode::kExpired,
                .basis = sluice::v1::BASIS_CARRIER,
                .rule = "report-wait"});
  } else {
    // Its end is on record; only late reports were waited for.
    state_->outbox.Remove(*live);
  }
}

// Only ever done after a recovery: no link got them.
void PartitionWriter::Do(HandingOverCommand& command) {
  for (const uint64_t message : command.messages) {
    LiveMessage* const live = state_->outbox.Find(message);
    if (live != nullptr) live->with_link = false;
    waiters_.HandOverSettled(message);
  }
}

void PartitionWriter::Do(LinkRunCommand& command) {
  LinkRun& run = command.run;
  for (const RecordRef ref : run.written) {
    LiveMessage* const live = state_->outbox.Find(ref.value());
    if (live != nullptr) live->written = true;
    waiters_.HandOverSettled(ref.value());
  }
  for (const CarrierAnswer& answer : run.answers) Answered(answer);
  for (CarrierReport& report : run.reports) Reported(std::move(report));
  // Links tell things once; reports that are not acknowledged come again.
  run.reports.clear();
  if (!run.empty()) redo_.Add(std::move(command));
}

void PartitionWriter::Do(GiveBackCommand& command) {
  const uint64_t message = command.message.value();
  LiveMessage* const live = state_->outbox.Find(message);
  if (live == nullptr || live->state != sluice::v1::MESSAGE_STATE_HANDED_OVER)
    return;
  store::v1::Record& record = NewRecord(live->about.recipient);
  store::v1::GivenBack& back = *record.mutable_given_back();
  back.set_message(message);
  back.set_carrier_code(command.carrier_code);
  back.set_again_ms(command.again_ms);
  Append(record);
  state_->GivenBack(*live, command.again_ms, now_ms_);
  redo_.Add(command);
  waiters_.HandOverSettled(message);
}

void PartitionWriter::Answered(const CarrierAnswer& answer) {
  const uint64_t message = answer.message.value();
  LiveMessage* const live = state_->outbox.Find(message);
  if (live == nullptr) return;
  // An answer that comes after its time leaves the message UNKNOWN, but its ids
  // let reports find it.
  const bool late = live->state == sluice::v1::MESSAGE_STATE_UNKNOWN &&
                    answer.state == sluice::v1::MESSAGE_STATE_UNKNOWN &&
                    !answer.carrier_message_ids.empty();
  if (live->state != sluice::v1::MESSAGE_STATE_HANDED_OVER && !late) return;
  const Phone recipient = live->about.recipient;
  const bool refunded = Refunds(answer.state);
  store::v1::Record& record = Refill(answered_, recipient);
  store::v1::Answered& out = *record.mutable_answered();
  out.set_message(message);
  out.set_state(answer.state);
  out.set_carrier_code(answer.carrier_code);
  out.clear_carrier_message_ids();
  std::vector<uint64_t> keys;
  for (const std::string& id : answer.carrier_message_ids) {
    out.add_carrier_message_ids(id);
    keys.push_back(id.empty() ? 0 : ReportKey(recipient, id));
  }
  out.set_link(answer.link);
  out.set_refunded(refunded);
  Append(record);
  state_->Answered(*live, answer.state, keys, refunded, now_ms_);
  waiters_.HandOverSettled(message);
  if (early_reports_.empty()) return;
  for (const uint64_t key : keys) {
    if (key == 0) continue;
    std::optional<CarrierReport> early = early_reports_.Take(key);
    if (early.has_value()) Reported(*std::move(early));
  }
}

void PartitionWriter::Reported(CarrierReport report) {
  const uint64_t key = ReportKey(report.recipient, report.carrier_message_id);
  const Outbox::Part part = state_->outbox.FindPart(key);
  if (part.live != nullptr) {
    Apply(std::move(report), part);
    return;
  }
  early_reports_.Keep(key, std::move(report), now_ms_);
}

void PartitionWriter::Apply(CarrierReport report, Outbox::Part part) {
  LiveMessage& live = *part.live;
  const bool delivered = report.state == sluice::v1::MESSAGE_STATE_DELIVERED;
  const sluice::v1::MessageState state = AfterReport(live, delivered);
  store::v1::Record& record = Refill(reported_, live.about.recipient);
  store::v1::Reported& out = *record.mutable_reported();
  out.set_message(live.message);
  out.set_part(part.part);
  out.set_state(state);
  out.set_carrier_code(report.carrier_code);
  out.set_carrier_message_id(report.carrier_message_id);
  out.set_link(report.link);
  out.set_part_failed(!delivered);
  out.set_done_ms(report.done_ms);
  out.set_settled(state != live.state);
  Append(record);
  state_->Reported(live, part.part, state, !delivered, now_ms_);
  AfterDurable(std::move(report.done));
}

}  // namespace sluice::store
