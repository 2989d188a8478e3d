#pragma once

// Lists of replies (MO) for people, newest first: all, those that nothing was
// made of, and those to be reviewed. They are kept in the index by number,
// under numbers that no phone has.

#include <cstdint>
#include <vector>

#include "rules/base/phone.h"
#include "sluice/store/v1/record.pb.h"

namespace sluice::store {

// The values are the numbers.
enum class ReplyList : uint8_t { kAll = 1, kUnclaimed = 2, kReview = 3 };

inline Phone NumberOf(ReplyList list) {
  return Phone{static_cast<uint64_t>(list)};
}

// Whether a person may still make something of the reply.
inline bool IsUnclaimed(const store::v1::ReplyReceived& reply) {
  return !reply.opted_out() && !reply.complaint();
}

// The lists that a reply is in.
std::vector<ReplyList> ListsOf(const store::v1::ReplyReceived& reply);

}  // namespace sluice::store
