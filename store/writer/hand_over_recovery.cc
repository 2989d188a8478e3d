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
  std::sort(open.begin(), open.end(), [](const auto* a, const auto* b) {
    return a->message < b->message;
  });
  for (LiveMessage* const live : open) {
    if (fresh_process) {
      EndUnknown(context, *live);
    } else {
      GiveBack(context, *live);
    }
  }
  return open.size();
}

}  // namespace sluice::store
