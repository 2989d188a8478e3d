#include "store/writer/hand_over_recovery.h"

#include <algorithm>
#include <string>
#include <vector>

namespace sluice::store {

namespace {

void EndUnknown(CommandContext& context, LiveMessage& live) {
  store::v1::Record& record =
      context.records.New(live.about.recipient, context.now_ms);
  store::v1::Answered& answered = *record.mutable_answered();
  answered.set_message(live.message);
  answered.set_state(sluice::v1::MESSAGE_STATE_UNKNOWN);
  answered.set_link(std::string(context.state->outbox.LinkName(live.link)));
  context.records.Append(record);
  context.state->Answered(live, sluice::v1::MESSAGE_STATE_UNKNOWN, {},
                          /*refunded=*/false, context.now_ms);
}

// The hand-over of which no record is left.
void RecordLostHandOver(CommandContext& context, LiveMessage& live) {
  constexpr absl::string_view kLink = "lost";
  store::v1::Record& record =
      context.records.New(live.about.recipient, context.now_ms);
  record.mutable_handed_over()->set_message(live.message);
  record.mutable_handed_over()->set_link(kLink.data(), kLink.size());
  context.records.Append(record);
  context.state->HandedOver(live, kLink, context.now_ms);
}

// In the order in which they were decided.
void Sort(std::vector<LiveMessage*>& messages) {
  std::sort(messages.begin(), messages.end(), [](const auto* a, const auto* b) {
    return a->message < b->message;
  });
}

void GiveBack(CommandContext& context, LiveMessage& live) {
  store::v1::Record& record =
      context.records.New(live.about.recipient, context.now_ms);
  record.mutable_given_back()->set_message(live.message);
  record.mutable_given_back()->set_again_ms(context.now_ms);
  context.records.Append(record);
  context.state->GivenBack(live, context.now_ms, context.now_ms);
}

}  // namespace

LinkedMessages LinkedIn(const Outbox& outbox) {
  LinkedMessages linked;
  outbox.ForEach([&](const LiveMessage& live) {
    if (live.state == sluice::v1::MESSAGE_STATE_HANDED_OVER && live.with_link) {
      linked[live.message] = live.written;
    }
  });
  return linked;
}

void SetLinked(const LinkedMessages& linked, Outbox& outbox) {
  for (const auto& [message, written] : linked) {
    LiveMessage* const live = outbox.Find(message);
    if (live == nullptr) continue;
    live->with_link = true;
    live->written = written;
  }
}

size_t SettleHandOvers(CommandContext& context, bool fresh_process) {
  std::vector<LiveMessage*> open;
  context.state->outbox.ForEach([&](LiveMessage& live) {
    if (live.state == sluice::v1::MESSAGE_STATE_HANDED_OVER &&
        !live.with_link) {
      open.push_back(&live);
    }
  });
  Sort(open);
  for (LiveMessage* const live : open) {
    if (fresh_process) {
      EndUnknown(context, *live);
    } else {
      GiveBack(context, *live);
    }
  }
  return open.size();
}

size_t SettleWaiting(CommandContext& context) {
  std::vector<LiveMessage*> waiting;
  context.state->outbox.ForEach([&](LiveMessage& live) {
    if (live.state == sluice::v1::MESSAGE_STATE_QUEUED ||
        live.state == sluice::v1::MESSAGE_STATE_DEFERRED) {
      waiting.push_back(&live);
    }
  });
  Sort(waiting);
  for (LiveMessage* const live : waiting) {
    RecordLostHandOver(context, *live);
    EndUnknown(context, *live);
  }
  return waiting.size();
}

}  // namespace sluice::store
