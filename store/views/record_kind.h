#pragma once

// The kinds of records about a number, which the index by number keeps so that
// a search reads only records of the kinds that it wants.

#include <cstdint>

#include "sluice/store/v1/record.pb.h"

namespace sluice::store {

// What a record says about its number.
enum class RecordKind : uint8_t {
  kAny = 0,     // Not known: from before the index had kinds.
  kFirst = 1,   // A decision, a reply, a count: it is about no earlier message.
  kEvent = 2,   // What became of an earlier message.
  kOptOut = 3,  // An opt-out was added or removed.
};
RecordKind KindOf(const store::v1::Record& record);

// Kinds that a search wants, as bits. Records whose kind is not known match
// every search.
using KindMask = uint8_t;
constexpr KindMask MaskOf(RecordKind kind) {
  return static_cast<KindMask>(1u << static_cast<uint8_t>(kind));
}
inline constexpr KindMask kAllKinds = 0xf;

}  // namespace sluice::store
