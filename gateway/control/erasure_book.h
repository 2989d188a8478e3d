#pragma once

// The requests of persons to erase what is recorded about their numbers. The
// store reads them from the journal by itself and carries them out
// (store/eraser.h); this book checks and journals new ones, and tells which
// there are.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/control/actor.h"
#include "rules/base/phone.h"
#include "sluice/admin/v1/erasures.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// One thread at a time.
class ErasureBook {
 public:
  // `store` must outlive it.
  explicit ErasureBook(store::Store& store) : store_(store) {}

  // Applies a record of the control journal; at start, in the journal's order.
  void Apply(const store::v1::Record& record);

  // Errors: as CreateErasure in erasures.proto.
  absl::StatusOr<admin::v1::Erasure> Create(Phone recipient,
                                            const Actor& actor);

  // Up to `limit`, the newest first, with numbers below `before`; 0: all.
  // Without their outlooks.
  std::vector<admin::v1::Erasure> List(uint32_t before, size_t limit) const;

 private:
  store::Store& store_;
  std::vector<admin::v1::Erasure> erasures_;  // Number n is at n - 1.
};

}  // namespace sluice::gateway
