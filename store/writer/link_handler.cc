#include "store/writer/link_handler.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/writer/message_end.h"

namespace sluice::store {

void LinkHandler::Do(LinkRunCommand& command) {
  LinkRun& run = command.run;
  for (const RecordRef ref : run.written) {
    LiveMessage* const live = context_.state->outbox.Find(ref.value());
    if (live != nullptr) live->written = true;
    waiters_.HandOverSettled(ref.value());
  }
  for (const CarrierAnswer& answer : run.answers) Answered(answer);
  for (CarrierReport& report : run.reports) Reported(std::move(report));
  // Links report answers once; carriers repeat unacknowledged reports.
  run.reports.clear();
  if (!run.empty()) redo_.Add(std::move(command));
}

void LinkHandler::Do(GiveBackCommand& command) {
  const uint64_t message = command.message.value();
  LiveMessage* const live = context_.state->outbox.Find(message);
  if (live == nullptr || live->state != sluice::v1::MESSAGE_STATE_HANDED_OVER) {
    return;
  }
  store::v1::Record& record =
      context_.records.New(live->about.recipient, context_.now_ms);
  store::v1::GivenBack& back = *record.mutable_given_back();
  back.set_message(message);
  back.set_carrier_code(command.carrier_code);
  back.set_again_ms(command.again_ms);
  context_.records.Append(record);
  context_.state->GivenBack(*live, command.again_ms, context_.now_ms);
  redo_.Add(command);
  waiters_.HandOverSettled(message);
}

void LinkHandler::Do(HandingOverCommand& command) {
  for (const uint64_t message : command.messages) {
    LiveMessage* const live = context_.state->outbox.Find(message);
    if (live != nullptr) live->with_link = false;
    waiters_.HandOverSettled(message);
  }
}

void LinkHandler::Answered(const CarrierAnswer& answer) {
  const uint64_t message = answer.message.value();
  LiveMessage* const live = context_.state->outbox.Find(message);
  if (live == nullptr) return;
  // A late answer leaves the message UNKNOWN, but reports find the message by
  // its ids.
  const bool late = live->state == sluice::v1::MESSAGE_STATE_UNKNOWN &&
                    answer.state == sluice::v1::MESSAGE_STATE_UNKNOWN &&
                    !answer.carrier_message_ids.empty();
  if (live->state != sluice::v1::MESSAGE_STATE_HANDED_OVER && !late) return;
  const Phone recipient = live->about.recipient;
  const bool refunded = Refunds(answer.state);
  store::v1::Record& record =
      context_.records.NewAnswered(recipient, context_.now_ms);
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
  context_.records.Append(record);
  context_.state->Answered(*live, answer.state, keys, refunded,
                           context_.now_ms);
  waiters_.HandOverSettled(message);
  if (early_.empty()) return;
  for (const uint64_t key : keys) {
    if (key == 0) continue;
    std::optional<CarrierReport> early = early_.Take(key);
    if (early.has_value()) ReportedEarly(*std::move(early));
  }
}

// The carrier will not repeat a report that it has the acknowledgement of: it
// is applied again if this group fails.
void LinkHandler::ReportedEarly(CarrierReport report) {
  CarrierReport again;
  again.recipient = report.recipient;
  again.link = report.link;
  again.carrier_message_id = report.carrier_message_id;
  again.carrier_code = report.carrier_code;
  again.done_ms = report.done_ms;
  again.state = report.state;
  again.unmatched = report.unmatched;
  LinkRun run;
  run.reports.push_back(std::move(again));
  redo_.Add(LinkRunCommand{std::move(run)});
  Reported(std::move(report));
}

void LinkHandler::Reported(CarrierReport report) {
  const uint64_t key = ReportKey(report.recipient, report.carrier_message_id);
  const Outbox::Part part = context_.state->outbox.FindPart(key);
  if (part.live != nullptr) return Apply(std::move(report), part);
  early_.Keep(key, std::move(report), context_.now_ms);
}

void LinkHandler::Apply(CarrierReport report, Outbox::Part part) {
  LiveMessage& live = *part.live;
  const bool delivered = report.state == sluice::v1::MESSAGE_STATE_DELIVERED;
  const sluice::v1::MessageState state =
      AfterReport(live, part.part, delivered);
  store::v1::Record& record =
      context_.records.NewReported(live.about.recipient, context_.now_ms);
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
  context_.records.Append(record);
  context_.state->Reported(live, part.part, state, !delivered, context_.now_ms);
  if (report.done) context_.records.AfterDurable(std::move(report.done));
}

}  // namespace sluice::store
