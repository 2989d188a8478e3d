#pragma once

// Nearly the same free text to many numbers: counts it over all callers, holds
// it once for the whole, and knows what a person decided. Beside Examine, which
// is pure, and before the store, because a campaign's numbers lie in all
// partitions.
//
// Counts are in memory (filter/campaigns.h) and begin anew with a restart and
// with rules that count otherwise; decisions are journaled.
//
// A batch takes the lock once, when it holds a message that counts at all:
// about 0.1 us such a message, 0.25 when thousands of campaigns run.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "filter/campaigns.h"
#include "filter/examine/examine.h"
#include "gateway/control/actor.h"
#include "rules/base/mutex.h"
#include "sluice/admin/v1/campaigns.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// Any thread. `store` must outlive it.
class CampaignBook {
 public:
  explicit CampaignBook(store::Store& store) : store_(store) {}

  // Reads the control journal. Once, at start. Errors: those of
  // Store::ReadControl.
  absl::Status Replay();

  // Counts the messages of a batch that Examine gave a likeness, and adds what
  // is decided about their campaigns to their findings. One that it is the
  // first to hold is journaled before it returns. `texts` are those of `facts`.
  void Count(const filter::Snapshot& snapshot,
             absl::Span<const filter::Message> texts,
             absl::Span<filter::MessageFacts> facts);
  // The same for messages that are only asked about, or redecided: counts
  // nothing.
  void Look(const filter::Snapshot& snapshot,
            absl::Span<filter::MessageFacts> facts);

  // A campaign's place in List's order: the newest decision first.
  struct Place {
    int64_t decided_ms = 0;
    uint32_t content_provider = 0;
    uint64_t campaign = 0;
  };
  struct Page {
    std::vector<admin::v1::Campaign> campaigns;
    std::optional<Place> last;  // Set when there are more after it.
  };
  // As the calls of campaigns.proto, with their errors: campaigns after
  // `after`, and a decision that stands for `duration`.
  Page List(size_t limit, const std::optional<Place>& after) const;
  absl::StatusOr<admin::v1::Campaign> Decide(const std::string& id,
                                             v1::Decision decision,
                                             absl::Duration duration,
                                             const Actor& actor);

 private:
  // Of a content provider, the hash that began it.
  using Name = std::pair<uint32_t, uint64_t>;
  struct Entry {
    store::v1::CampaignDecided decided;
    int64_t at_ms = 0;
    uint64_t messages = 0;
    std::string sample;
  };

  bool Prepare() SLUICE_REQUIRES(mutex_);
  void Apply(const store::v1::CampaignDecided& decided, int64_t at_ms,
             int64_t now_ms) SLUICE_REQUIRES(mutex_);
  void CountOne(const filter::Snapshot& snapshot, absl::string_view text,
                int64_t now_ms, filter::MessageFacts& facts,
                std::vector<store::v1::CampaignDecided>& held)
      SLUICE_REQUIRES(mutex_);
  void JournalHeld(const store::v1::CampaignDecided& decided,
                   uint32_t recipients_max);
  bool IsHeld(const Name& name) const;
  absl::StatusOr<Name> Find(const std::string& id, int64_t now_ms) const;
  void ForgetLapsed(int64_t now_ms) SLUICE_REQUIRES(mutex_);
  admin::v1::Campaign Shown(const Name& name, const Entry& entry,
                            const filter::Registry& registry) const
      SLUICE_REQUIRES(mutex_);

  store::Store& store_;
  // One decision after the other, so that the journal has them in order; never
  // taken under mutex_, for which messages wait.
  Mutex deciding_;
  mutable Mutex mutex_;
  // Null while the rules in force hold no campaigns.
  std::unique_ptr<filter::Campaigns> campaigns_ SLUICE_GUARDED_BY(mutex_);
  filter::CampaignRule rule_ SLUICE_GUARDED_BY(mutex_);
  std::map<Name, Entry> entries_ SLUICE_GUARDED_BY(mutex_);
};

// "3-9f3ac07712de0045": a content provider's number and a hash.
std::string CampaignId(uint32_t content_provider, uint64_t campaign);

}  // namespace sluice::gateway
