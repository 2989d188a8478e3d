#pragma once

// Campaigns: nearly the same free text to many numbers. Counts the messages of
// all callers, holds a campaign as a whole, and keeps the decisions of
// officers. Apart from Examine, which is pure, and before the store, because
// the numbers of a campaign are in all partitions.
//
// Counts are in memory (filter/campaigns.h); a restart, rules with other limits
// for campaigns, or a clock that goes back set them to 0. Decisions are
// journaled.
//
// A batch with messages that count takes the lock once, for about 0.1 us a
// message, or 0.25 us with thousands of campaigns.

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
  // Store::ReadStanding.
  absl::Status Replay();

  // Counts the messages of a batch to which Examine gave a likeness, and adds
  // the decisions about their campaigns to their findings. A campaign that
  // becomes held is journaled before Count() returns. `texts` are parallel to
  // `facts`.
  void Count(const filter::Snapshot& snapshot,
             absl::Span<const filter::Message> texts,
             absl::Span<filter::MessageFacts> facts);
  // The same without counting, for Check and for redecisions.
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
    std::optional<Place> last;  // Set if more campaigns follow.
  };
  // As the calls in campaigns.proto, with their errors. List returns campaigns
  // after `after`; Decide makes a decision that is in force for `duration`.
  Page List(size_t limit, const std::optional<Place>& after) const;
  absl::StatusOr<admin::v1::Campaign> Decide(const std::string& id,
                                             v1::Decision decision,
                                             absl::Duration duration,
                                             const Actor& actor);
  // The same about a text that is not held yet: the decision is about all texts
  // that are nearly like it, whatever their class and their campaign_id.
  absl::StatusOr<admin::v1::Campaign> DecideText(
      const std::string& content_provider_id, const std::string& text,
      v1::Decision decision, absl::Duration duration, const Actor& actor);

 private:
  // A content provider, and the likeness hash of the campaign's first text.
  using Name = std::pair<uint32_t, uint64_t>;
  struct Entry {
    store::v1::CampaignDecided decided;
    int64_t at_ms = 0;
    uint64_t messages = 0;
    std::string sample;
  };

  bool Prepare(int64_t now_ms) SLUICE_REQUIRES(mutex_);
  void Apply(const store::v1::CampaignDecided& decided, int64_t at_ms,
             int64_t now_ms) SLUICE_REQUIRES(mutex_);
  void CountOne(const filter::Snapshot& snapshot, absl::string_view text,
                int64_t now_ms, filter::MessageFacts& facts,
                std::vector<store::v1::CampaignDecided>& held)
      SLUICE_REQUIRES(mutex_);
  void JournalHeld(const store::v1::CampaignDecided& decided);
  bool IsHeld(const Name& name) const;
  absl::StatusOr<Name> Find(const std::string& id, int64_t now_ms) const;
  absl::StatusOr<Name> NameOfText(const std::string& content_provider_id,
                                  const std::string& text);
  absl::StatusOr<admin::v1::Campaign> DecideNamed(
      const Name& name, const std::string& text, v1::Decision decision,
      absl::Duration duration, const Actor& actor) SLUICE_REQUIRES(deciding_);
  void ForgetLapsed(int64_t now_ms) SLUICE_REQUIRES(mutex_);
  admin::v1::Campaign Shown(const Name& name, const Entry& entry,
                            const filter::Registry& registry) const
      SLUICE_REQUIRES(mutex_);

  store::Store& store_;
  // Serialises decisions, so that the journal has them in order. Never locked
  // under mutex_, which messages wait for.
  Mutex deciding_;
  mutable Mutex mutex_;
  // Null while the rules in force do not hold campaigns.
  std::unique_ptr<filter::Campaigns> campaigns_ SLUICE_GUARDED_BY(mutex_);
  filter::CampaignRule rule_ SLUICE_GUARDED_BY(mutex_);
  int64_t seen_ms_ SLUICE_GUARDED_BY(mutex_) = 0;  // The latest time.
  std::map<Name, Entry> entries_ SLUICE_GUARDED_BY(mutex_);
};

// "3-9f3ac07712de0045": a content provider's number and a hash.
std::string CampaignId(uint32_t content_provider, uint64_t campaign);

}  // namespace sluice::gateway
