#include "store/views/reply_lists.h"

namespace sluice::store {

void AddEntries(const store::v1::Record& record, RecordRef ref,
                std::vector<NumberIndex::Entry>& entries) {
  const auto add = [&](uint64_t number) {
    entries.push_back(
        {number, ref.value(), static_cast<uint64_t>(KindOf(record))});
  };
  if (record.recipient() != 0) add(record.recipient());
  if (!record.has_reply()) return;
  const store::v1::ReplyReceived& reply = record.reply();
  add(NumberOf(ReplyList::kAll).e164);
  if (IsUnclaimed(reply)) add(NumberOf(ReplyList::kUnclaimed).e164);
  if (reply.review()) add(NumberOf(ReplyList::kReview).e164);
}

}  // namespace sluice::store
