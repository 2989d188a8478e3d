#pragma once

// Who sends nearly the same text to how many numbers: clusters of alike texts
// (likeness.h), one content provider each, with the different recipients of the
// last minutes. In memory only: after a restart counting begins at zero, and
// the caller repeats people's decisions by Decide().
//
// Measured (g++ 12 -O2, one of 2 shared cores): a message of a known text takes
// 25 to 240 ns, the more campaigns run the more; of a decided one 20; of one
// that is only alike 0.6 to 1 us. A text that is like none takes 2 us in full
// tables of many content providers, 10 when all are one's own.
//
// A cluster is named by the hash that began it. The name stays the same after
// the cluster was forgotten, and in another process.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "filter/policy/ids.h"
#include "filter/row_pool.h"
#include "rules/base/phone.h"

namespace sluice::filter {

// The decision about a campaign. The caller sets a campaign that it holds to
// kHeld, so that it is held once and stays held.
enum class CampaignState : uint8_t { kCounting, kHeld, kReleased, kRejected };

struct CampaignLimits {
  // Bytes of all tables, which are set up at once. In 64 MiB there is room for
  // 116,000 clusters and 1.25 million recipients.
  size_t memory_bytes_max = 64 << 20;
  int64_t window_ms = 10 * 60 * 1000;
  // More different recipients than this are not told apart; at most 65,535.
  uint32_t recipients_max = 500;
  // Hashes that differ in at most so many bits are alike; at most
  // Campaigns::kDistanceMax.
  int distance_max = 7;
};

// One thread calls it. Deterministic: the same calls give the same answers.
class Campaigns {
 public:
  // Clusters are found by the four bands of 16 bits of their hash: of two
  // hashes that differ in 7 bits one band differs in at most one.
  static constexpr int kDistanceMax = 7;
  static constexpr int kChainMax = 64;  // See Add().

  // Limits beyond those named above are lowered to them; recipients_max also to
  // what fits into memory; a bound below 1 MiB is raised to it.
  explicit Campaigns(const CampaignLimits& limits);
  Campaigns(const Campaigns&) = delete;
  Campaigns& operator=(const Campaigns&) = delete;

  struct Answer {
    uint64_t cluster = 0;  // The hash that began it.
    // Different ones in (now - window, now], this one included; exact up to
    // recipients_max + 1, which stands for any more. 0 once it is decided: such
    // a cluster is not counted.
    uint32_t recipients = 0;
    CampaignState state = CampaignState::kCounting;
  };

  // Counts one message. It joins the oldest cluster of this content provider
  // whose first hash is alike, else it begins one. Not the nearest: copies with
  // other names that begin clusters of their own would draw off a part of the
  // campaign. A cluster is kept while its decision stands, and until no message
  // joined it and nothing was decided about it for window_ms. `now_ms` never
  // goes back: an earlier time counts as the latest seen.
  //
  // When memory is full, the clusters that were joined longest ago are dropped,
  // undecided ones first: their messages are counted from zero. O(1); no
  // allocation. Of more than kChainMax clusters that share a band, which only
  // texts made for it do, some are not found.
  Answer Add(ContentProviderId content_provider, uint64_t hash, Phone recipient,
             int64_t now_ms);

  // Holds, releases or rejects the cluster that `hash` belongs to, or one that
  // it begins. The decision stands until `until_ms`; kCounting takes it back.
  // Then the cluster counts from nothing.
  void Decide(ContentProviderId content_provider, uint64_t hash,
              CampaignState state, int64_t until_ms, int64_t now_ms);

  // The answer for a message, without counting it: `recipients` is 0.
  Answer Look(ContentProviderId content_provider, uint64_t hash,
              int64_t now_ms) const;

  // Memory of all tables; it never grows.
  size_t bytes() const;

 private:
  friend struct CampaignRows;  // tests/filter/campaigns_test.cc
  using Number = RowNumber;
  using List = RowList;
  static constexpr int kBands = 4;

  struct Recipient {
    uint64_t e164 = 0;
    int64_t last_ms = 0;
    Number cluster = 0;
    Number before = 0;  // In the cluster, by last_ms.
    Number next = 0;
    Number chain = 0;  // Of the same slot in recipient_slots_.
  };

  struct Cluster {
    uint64_t hash = 0;
    uint64_t began = 0;  // Counts up: the lower, the older.
    int64_t last_ms = 0;
    int64_t until_ms = 0;  // Of the decision.
    uint32_t content_provider = 0;
    CampaignState state = CampaignState::kCounting;
    Number before = 0;  // In counting_ or decided_, by last_ms.
    Number next = 0;
    Number chain[kBands] = {};  // Of the same slot in cluster_slots_.
    bool indexed[kBands] = {};
    List recipients;
    uint32_t recipient_count = 0;
  };

  // The head of a chain of clusters, and the marks of all of them: when a bit
  // is not set, no cluster of the chain has it, and the chain is not searched.
  struct Slot {
    Number first = 0;
    uint32_t marks = 0;
  };
  struct Place {
    size_t slot = 0;
    uint32_t mark = 0;
  };

  bool IsDecided(const Cluster& cluster, int64_t now_ms) const;
  bool IsAlive(const Cluster& cluster, int64_t now_ms) const;
  List& ListOf(const Cluster& cluster);
  void Touch(Number number);

  // `apart` is ApartOf a content provider.
  Place PlaceOf(uint64_t apart, int band, uint32_t bits) const;
  Place PlaceOf(const Cluster& cluster, int band) const;
  void Index(Number number, int band);
  void Unindex(Number number, int band);
  Number FindSame(uint32_t content_provider, uint64_t hash,
                  int64_t now_ms) const;
  Number FindOldest(uint32_t content_provider, uint64_t hash,
                    int64_t now_ms) const;
  Number Find(uint32_t content_provider, uint64_t hash, int64_t now_ms) const;

  Number Join(uint32_t content_provider, uint64_t hash, int64_t now_ms);
  Number Begin(uint32_t content_provider, uint64_t hash);
  void Forget(Number number);
  void ForgetLapsed();
  void SetState(Number number, CampaignState state, int64_t until_ms);

  size_t RecipientSlot(Number cluster, uint64_t e164) const;
  Number FindRecipient(Number cluster, uint64_t e164) const;
  void CountRecipient(Number cluster, uint64_t e164);
  void AddRecipient(Number cluster, uint64_t e164);
  void ForgetOldestRecipient(Cluster& cluster);

  const int64_t window_ms_;
  const int distance_max_;
  int64_t now_ms_ = INT64_MIN;
  uint64_t began_ = 0;
  RowPool<Cluster> clusters_;
  RowPool<Recipient> recipients_;
  const uint32_t recipients_max_;
  // A power of two of them for each band.
  const size_t slots_;
  std::vector<Slot> cluster_slots_;
  std::vector<Number> recipient_slots_;  // Heads of chains.
  List counting_;
  List decided_;
  Number sweep_ = 0;  // Of decided_: the next that ForgetLapsed looks at.
};

}  // namespace sluice::filter
