#pragma once

// The message id that callers see: the position of the message's first record.
//
// A message id finds its record without an index. It has 15 characters so that
// a std::string holds it without the heap. It is opaque to callers, and given
// out only once its record is durable.
//
//   bits := partition: 10 | segment: 20 | offset: 28 | index: 14
//
// 72 bits, written as 15 digits of Crockford's base32 (0-9 A-Z without I, L, O,
// U), most significant first; the first digit holds 2 bits. Ids of one
// partition therefore sort in the order of their records.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/journal/position.h"

namespace sluice::store {

struct MessageId {
  uint16_t partition = 0;  // 0..1023.
  RecordRef record;

  auto operator<=>(const MessageId&) const = default;
};

inline constexpr size_t kMessageIdSize = 15;

// Writes exactly kMessageIdSize characters to `out`. No allocation.
void EncodeMessageId(const MessageId& id, char* out);
std::string ToString(const MessageId& id);

// Each id has one spelling: 15 upper case digits. RecordReader finds out
// whether such a record exists.
// Errors: kInvalidArgument, which says what one looks like.
absl::StatusOr<MessageId> DecodeMessageId(absl::string_view text);

}  // namespace sluice::store
