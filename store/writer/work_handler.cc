#include "store/writer/work_handler.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "filter/admit.h"
#include "filter/examine/snapshot.h"
#include "filter/policy/blocks.h"
#include "rules/base/status_macros.h"
#include "store/memory/outbox.h"
#include "store/partition/decided_record.h"
#include "store/writer/message_end.h"

namespace sluice::store {

namespace {

// So many messages of paused access numbers are set aside at a time; the writer
// has other commands to do.
constexpr int kSetAsideMax = 4'096;

// Whether the message waits because of its access number. A probe is used up.
bool IsPaused(const LiveMessage& live, WorkRequest& request) {
  for (PausedNumber& paused : request.paused) {
    if (paused.access_number != live.access_number.view()) continue;
    return !std::exchange(paused.probe, false);
  }
  return false;
}

// Whether the sender was blocked while the message waited: the recheck that
// each block begins decides about it. What was decided since then, or released
// by an officer, goes.
bool AwaitsRecheck(const filter::Snapshot& snapshot, const LiveMessage& live,
                   int64_t now_ms) {
  if (snapshot.blocks == nullptr) return false;
  const auto* const provider =
      snapshot.registry->Find(live.about.content_provider);
  return provider != nullptr &&
         snapshot.blocks->HasBegunFor(provider->id, live.since_ms, now_ms);
}

}  // namespace

WorkHandler::WorkHandler(CommandContext& context, WorkParts parts)
    : context_(context), parts_(std::move(parts)) {}

void WorkHandler::Do(TakeWorkCommand& command) {
  WorkRequest& request = command.request;
  if (!context_.space.ok()) return request.done(context_.space);
  Work work;
  // The last look needs the hour of the day.
  if (context_.doubtful) return request.done(std::move(work));
  std::vector<WorkItem>& items = work.items;
  uint32_t segments_left = request.segments_max;
  for (int carrier = 0; carrier < kCarriers && segments_left > 0; ++carrier) {
    if (!request.carriers[carrier]) continue;
    while (segments_left > 0 && TakeOne(static_cast<Carrier>(carrier), request,
                                        segments_left, work)) {
      segments_left -= std::min<uint32_t>(segments_left, items.back().parts);
    }
  }
  if (items.empty()) return request.done(std::move(work));
  HandingOverCommand handing_over;
  for (const WorkItem& item : items) {
    handing_over.messages.push_back(item.message.value());
  }
  parts_.redo.Add(std::move(handing_over));
  auto shared = std::make_shared<Work>(std::move(work));
  context_.records.AfterDurable(
      [shared, done = std::move(request.done)](const absl::Status& status) {
        if (status.ok()) {
          done(std::move(*shared));
        } else {
          done(status);
        }
      });
}

void WorkHandler::Announce() {
  for (int carrier = 0; carrier < kCarriers; ++carrier) {
    if (!context_.state->outbox.HasDue(static_cast<Carrier>(carrier))) {
      announced_[carrier] = false;
    } else if (!announced_[carrier]) {
      announced_[carrier] = true;
      parts_.due(static_cast<Carrier>(carrier));
    }
  }
}

// Appends one hand-over to `work`. Returns false when no message is due, or the
// first due message cannot go now.
bool WorkHandler::TakeOne(Carrier carrier, WorkRequest& request,
                          uint32_t segments_left, Work& work) {
  Outbox& outbox = context_.state->outbox;
  int set_aside = 0;
  while (LiveMessage* const live =
             outbox.TakeDue(carrier, request.least_urgent)) {
    if (!PassesLastLook(*live)) continue;
    if (AwaitsRecheck(*context_.snapshot, *live, context_.now_ms) ||
        IsPaused(*live, request)) {
      outbox.SetAside(*live, context_.now_ms);
      // What is due after this command must be announced again: the dispatcher
      // learns of none.
      announced_[static_cast<int>(carrier)] = false;
      if (++set_aside < kSetAsideMax) continue;
      work.cut_short = true;
      return false;
    }
    if (MustWait(*live, request, segments_left, work)) {
      outbox.PutBack(*live);
      return false;
    }
    absl::StatusOr<std::string> text = outbox.TakeText(*live);
    if (text->empty()) {
      text = TextOf(*live);
      if (text.ok()) unread_.Ends();
    }
    if (!text.ok()) {
      // The reader has told the alarm of damage, which lasts until a person
      // restores the segment. The message waits: its text is not known.
      const bool damaged = absl::IsDataLoss(text.status());
      if (!damaged) TellUnread(text.status());
      outbox.Requeue(*live, context_.now_ms + (damaged ? 60'000 : 1000),
                     context_.now_ms);
      continue;
    }
    HandOver(*live, request, *std::move(text), work);
    return true;
  }
  return false;
}

// Logs the fault of the reader if a line is due.
void WorkHandler::TellUnread(const absl::Status& why) {
  const auto line = unread_.Holds(absl::StrCat(
      "texts that wait cannot be read, they are tried again every second: ",
      why.message()));
  if (line) parts_.fault(*line);
}

// Ends the message and returns false if it must no longer be sent.
bool WorkHandler::PassesLastLook(LiveMessage& live) {
  const auto finding = filter::LastLook(
      *context_.snapshot, context_.state->recipients.Find(live.about.recipient),
      live.about, context_.now_ms);
  if (!finding.has_value()) return true;
  EndMessage(context_, live,
             finding->code == filter::ReasonCode::kExpired
                 ? sluice::v1::MESSAGE_STATE_EXPIRED
                 : sluice::v1::MESSAGE_STATE_CANCELLED,
             *finding);
  return false;
}

bool WorkHandler::MustWait(LiveMessage& live, const WorkRequest& request,
                           uint32_t segments_left, Work& work) {
  // A message with more parts than the window has room for waits until the
  // window is empty; it is the first in line.
  if (live.parts > segments_left && segments_left < request.segments_window) {
    work.more = true;
    return true;
  }
  if (live.text.empty() && RecordRef::FromValue(live.decision).position() >=
                               context_.durable_end()) {
    // It can be read once the group on its way is durable: announce it then.
    announced_[static_cast<int>(live.about.carrier)] = false;
    return true;
  }
  return false;
}

void WorkHandler::HandOver(LiveMessage& live, const WorkRequest& request,
                           std::string text, Work& work) {
  const Phone recipient = live.about.recipient;
  store::v1::Record& record =
      context_.records.NewHandedOver(recipient, context_.now_ms);
  record.mutable_handed_over()->set_message(live.message);
  record.mutable_handed_over()->set_link(request.link);
  context_.records.Append(record);
  work.items.push_back({.message = RecordRef::FromValue(live.message),
                        .partition = context_.partition,
                        .recipient = recipient,
                        .access_number = std::string(live.access_number.view()),
                        .text = std::move(text),
                        .parts = live.parts,
                        .carrier = live.about.carrier,
                        .message_class = live.about.message_class,
                        .expire_at_ms = live.about.expire_at_ms});
  context_.state->HandedOver(live, request.link, context_.now_ms);
  live.with_link = true;
}

// The text to send, from the message's record and that of its last decision.
absl::StatusOr<std::string> WorkHandler::TextOf(const LiveMessage& live) const {
  SLUICE_ASSIGN_OR_RETURN(const store::v1::Record last,
                          DecisionAt(live.decision));
  const store::v1::Decided& decided = DecisionIn(last);
  if (!decided.sent_text().empty()) return decided.sent_text();
  if (live.decision == live.message) return decided.text();
  SLUICE_ASSIGN_OR_RETURN(const store::v1::Record first,
                          DecisionAt(live.message));
  return first.decided().text();
}

absl::StatusOr<store::v1::Record> WorkHandler::DecisionAt(uint64_t ref) const {
  SLUICE_ASSIGN_OR_RETURN(const std::string bytes,
                          parts_.reader.Read(RecordRef::FromValue(ref)));
  store::v1::Record record;
  if (!record.ParseFromString(bytes) ||
      !(record.has_decided() || record.has_redecided())) {
    return absl::DataLossError("a waiting message's record does not parse");
  }
  return record;
}

}  // namespace sluice::store
