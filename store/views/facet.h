#pragma once

// What a decision or an opt-out is found by, besides its number: a value of one
// of its properties, as one key of the index by time.

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/position.h"

namespace sluice::store {

enum class FacetKind : uint8_t {
  kTime = 0,  // When the record was written. Not for searches.
  kDecision = 1,
  kContentProvider = 2,
  kAccount = 3,
  kPort = 4,
  kReason = 5,  // A reason code, enforced or observed.
  kRule = 6,    // The rule of a reason, enforced or observed.
  kOptOut = 7,  // Opt-outs of this content provider; 0: all opt-outs.
};

// Two values may have the same key if they are names: a search compares the
// records that it finds.
uint64_t FacetKey(FacetKind kind, uint64_t value);
uint64_t FacetKey(FacetKind kind, absl::string_view name);

struct Facet {
  uint64_t key = 0;
  uint64_t record = 0;  // A RecordRef value.
};

// Adds the facets of a decision, of counted refusals or of an opt-out; none for
// others. The facet of its time comes first.
void AddFacets(const store::v1::Record& record, RecordRef ref,
               std::vector<Facet>& facets);

}  // namespace sluice::store
