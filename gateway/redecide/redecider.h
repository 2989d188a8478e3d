#pragma once

// Redecides messages, a batch at a time: examines them on this thread by the
// rules in force, asks what is decided about their campaigns, has the store
// admit them, and waits until the redecisions are journaled.

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
  // So many messages are given to the writers at a time: traffic waits behind
  // them for a millisecond or two.
  static constexpr size_t kBatchMax = 256;

  struct Options {
    store::v1::Redecided::Cause cause = store::v1::Redecided::CAUSE_UNSPECIFIED;
    // A person refuses held messages: nothing is examined.
    bool reject = false;
    // Their sender takes back messages that wait: likewise.
    bool cancel = false;
    // Answers what would be decided, and records nothing.
    bool check_only = false;
  };

  // What it borrows must outlive it. `actor` is recorded with each message.
  Redecider(store::Store& store, CampaignBook& campaigns,
            const Options& options, Actor actor);

  // At most kBatchMax messages; the answer is parallel to them. Its findings
  // refer to snapshot(), to `messages` and to this, until the next call.
  // Errors: those of Store::Redecide; kUnavailable (the outcome of all is
  // unknown).
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
