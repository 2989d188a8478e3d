#pragma once

// What a record is about: a number, or an earlier message. The index by number
// keeps it so that a search reads only records of the kinds that it wants.

#include <cstdint>

#include "sluice/store/v1/record.pb.h"

namespace sluice::store {

// What a record says about its number.
enum class RecordKind : uint8_t {
  kFirst = 1,   // A decision, a reply, a count: it is about no earlier message.
  kEvent = 2,   // What became of an earlier message: MessageOf().
  kOptOut = 3,  // An opt-out was added or removed.
};
RecordKind KindOf(const store::v1::Record& record);

// The message that an event is about, as the value of its RecordRef; 0: the
// record is no event.
uint64_t MessageOf(const store::v1::Record& record);

// Kinds that a search wants, as bits.
using KindMask = uint8_t;
constexpr KindMask MaskOf(RecordKind kind) {
  return static_cast<KindMask>(1u << static_cast<uint8_t>(kind));
}
inline constexpr KindMask kAllKinds = 0xe;

}  // namespace sluice::store
