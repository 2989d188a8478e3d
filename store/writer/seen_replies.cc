#include "store/writer/seen_replies.h"

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace sluice::store {
namespace {

// "0" and "0000000000000000" are no ids either.
bool HasId(const CarrierReply& reply) {
  return reply.carrier_message_id.find_first_not_of('0') != std::string::npos;
}

uint64_t KeyOf(const CarrierReply& reply) {
  return absl::HashOf(reply.recipient.e164, reply.sender,
                      reply.carrier_message_id, reply.part, reply.reference,
                      reply.text, reply.raw);
}

}  // namespace

bool SeenReplies::Add(const CarrierReply& reply, int64_t now_ms) {
  if (!HasId(reply)) return true;
  const uint64_t key = KeyOf(reply);
  const auto [found, added] = seen_.try_emplace(key, now_ms);
  if (!added) {
    if (now_ms - found->second < kRepeatedWithinMs) return false;
    found->second = now_ms;
  }
  order_.push_back({key, now_ms});
  if (order_.size() > kRepliesMax) {
    const auto oldest = seen_.find(order_.front().key);
    if (oldest != seen_.end() && oldest->second == order_.front().at_ms) {
      seen_.erase(oldest);
    }
    order_.pop_front();
  }
  return true;
}

void SeenReplies::Clear() {
  seen_.clear();
  order_.clear();
}

}  // namespace sluice::store
