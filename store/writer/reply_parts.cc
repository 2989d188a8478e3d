#include "store/writer/reply_parts.h"

namespace sluice::store {

ReplyParts::Key ReplyParts::KeyOf(const CarrierReply& part) {
  return {part.recipient.e164, part.access_number, part.reference, part.parts};
}

std::optional<ReplyParts::Whole> ReplyParts::Complete(const CarrierReply& last,
                                                      int64_t now_ms) {
  Forget(now_ms);
  const auto found = replies_.find(KeyOf(last));
  if (found == replies_.end()) return std::nullopt;
  std::map<uint32_t, Part>& parts = found->second.parts;
  const size_t others = parts.size() - parts.count(last.part);
  if (others + 1 < last.parts) return std::nullopt;
  Whole whole;
  for (uint32_t part = 1; part <= last.parts; ++part) {
    if (part == last.part) {
      whole.text += last.text;
      continue;
    }
    whole.text += parts[part].text;
    whole.others.push_back(parts[part].record);
  }
  replies_.erase(found);
  return whole;
}

void ReplyParts::Keep(const CarrierReply& part, uint64_t record,
                      int64_t now_ms) {
  const Key key = KeyOf(part);
  const auto [found, added] = replies_.try_emplace(key);
  if (added) order_.push_back(key);
  found->second.newest_ms = now_ms;
  // A part that is there already belongs to an earlier reply, whose reference
  // the phone uses again: references count to 255.
  if (found->second.parts.contains(part.part)) found->second.parts.clear();
  found->second.parts[part.part] = {part.text, record};
}

void ReplyParts::Clear() {
  replies_.clear();
  order_.clear();
}

void ReplyParts::Forget(int64_t now_ms) {
  while (!order_.empty()) {
    const auto oldest = replies_.find(order_.front());
    if (oldest != replies_.end()) {
      const bool late = now_ms - oldest->second.newest_ms > kTogetherMs;
      if (!late && order_.size() <= kRepliesMax) return;
      replies_.erase(oldest);
    }
    order_.pop_front();
  }
}

}  // namespace sluice::store
