#pragma once

// Redecides messages in batches: examines them on this thread by the rules in
// force, adds the decisions about their campaigns, has the store admit them,
// and waits until the redecisions are journaled.

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "filter/examine/examine.h"
#include "gateway/control/campaign_book.h"
#include "gateway/control/control_state.h"
#include "gateway/redecide/current_decision.h"
#include "store/store.h"

namespace sluice::gateway {

// One thread.
class Redecider {
 public:
  // Most messages in a batch: traffic waits behind a batch for a millisecond or
  // two.
  static constexpr size_t kBatchMax = 256;

  struct Options {
    store::v1::Redecided::Cause cause = store::v1::Redecided::CAUSE_UNSPECIFIED;
    // An officer rejects held messages: they are not examined.
    bool reject = false;
    // The sender cancels waiting messages: they are not examined.
    bool cancel = false;
    // Returns the decisions without recording them.
    bool check_only = false;
  };

  // `store` and `campaigns` must outlive it. `actor` is recorded with each
  // message.
  Redecider(store::Store& store, CampaignBook& campaigns,
            const Options& options, Actor actor);

  // Redecides at most kBatchMax messages; the result is parallel to `messages`.
  // Its findings refer to snapshot(), `messages` and this object, and are valid
  // until the next call. Errors: those of Store::Redecide; kUnavailable (the
  // outcome of all messages is unknown).
  absl::StatusOr<std::vector<store::Redecision>> Decide(
      const std::vector<CurrentDecision>& messages);

  // The snapshot by which the last batch was decided.
  const filter::Snapshot& snapshot() const { return *snapshot_; }

 private:
  void Examine(const std::vector<CurrentDecision>& messages);

  store::Store& store_;
  CampaignBook& campaigns_;
  const Options options_;
  const Actor actor_;
  filter::ExamineScratch scratch_;
  store::SnapshotPtr snapshot_;
  std::vector<filter::MessageFacts> facts_;
};

}  // namespace sluice::gateway
