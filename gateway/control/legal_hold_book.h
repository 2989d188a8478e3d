#pragma once

// The legal holds: what retention must not remove. The janitor of the store
// reads them from the journal by itself (store/kept_records.h); this book
// checks changes, and tells which there are.

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/control/actor.h"
#include "rules/base/phone.h"
#include "sluice/admin/v1/legal_holds.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// One thread at a time. A change is checked, then journaled, and only then
// shown.
class LegalHoldBook {
 public:
  // Holds in force at once.
  static constexpr size_t kInForceMax = 1'000;

  // `store` must outlive it.
  explicit LegalHoldBook(store::Store& store) : store_(store) {}

  // Applies a record of the control journal; at start, in the journal's order.
  void Apply(const store::v1::Record& record);

  // What a hold names, found by whoever calls: Party.number; 0: any.
  struct Covered {
    Phone recipient;
    uint32_t port = 0;
    uint32_t content_provider = 0;
  };
  // `hold` has the ids of what it covers, its period, owner and review_time.
  // Errors: as CreateLegalHold in legal_holds.proto.
  absl::StatusOr<admin::v1::LegalHold> Create(admin::v1::LegalHold hold,
                                              const Covered& covered,
                                              const Actor& actor);
  // Errors: as ReviewLegalHold and EndLegalHold.
  absl::StatusOr<admin::v1::LegalHold> Review(
      const admin::v1::ReviewLegalHoldRequest& request, const Actor& actor);
  absl::StatusOr<admin::v1::LegalHold> End(uint32_t number, const Actor& actor);

  // The newest first; without `all` only those in force.
  std::vector<admin::v1::LegalHold> List(bool all) const;

 private:
  struct Kept {
    admin::v1::LegalHold hold;
    Covered covered;
  };
  absl::StatusOr<Kept> Find(uint32_t number) const;
  absl::StatusOr<admin::v1::LegalHold> Put(const Kept& changed,
                                           const Actor& actor);

  store::Store& store_;
  // All that there ever were: people make them one by one.
  std::map<uint32_t, Kept> holds_;
};

}  // namespace sluice::gateway
