#pragma once

// RepliesService.ListReplies: replies (MO) of all partitions, the newest first.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rules/base/phone.h"
#include "sluice/admin/v1/replies.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// A ListRepliesRequest, read and checked.
struct ReplySearch {
  bool unclaimed = false;
  bool review = false;
  Phone sender;  // None: all.
  int64_t from_ms = 0;
  int64_t until_ms = 0;
  size_t page_size = 0;
  // Where the page begins, for each partition: before these records. An invalid
  // reference: from the newest.
  std::vector<store::RecordRef> before;
  std::string scope;  // Of the page token.
};

// Errors: kInvalidArgument, naming the field.
absl::StatusOr<ReplySearch> ReadReplySearch(
    const admin::v1::ListRepliesRequest& request, int partitions,
    int64_t now_ms);

// Reads a page. Parts of a longer reply are shown only while the others have
// not come. Errors: those of the store; kCancelled (`stop`).
absl::StatusOr<admin::v1::ListRepliesResponse> SearchReplies(
    const store::Store& store, const ReplySearch& search,
    const StopAsked& stop = {});

}  // namespace sluice::gateway
