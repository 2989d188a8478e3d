#include "store/views/reply_lists.h"

namespace sluice::store {

std::vector<ReplyList> ListsOf(const store::v1::ReplyReceived& reply) {
  std::vector<ReplyList> lists = {ReplyList::kAll};
  if (IsUnclaimed(reply)) lists.push_back(ReplyList::kUnclaimed);
  if (reply.review()) lists.push_back(ReplyList::kReview);
  return lists;
}

}  // namespace sluice::store
