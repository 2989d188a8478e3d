#include "filter/campaigns.h"

#include <algorithm>
#include <bit>

#include "filter/policy/hash.h"
#include "rules/base/fmix64.h"

namespace sluice::filter {
namespace {

constexpr int kBandBits = 16;

uint32_t BandOf(uint64_t hash, int band) {
  return static_cast<uint32_t>(hash >> (band * kBandBits) & 0xffff);
}

// A quarter of the memory is for clusters: a text that nobody else sends takes
// one row of each kind. Of slots there are up to twice as many as rows.
size_t ClustersIn(size_t memory_bytes, size_t row, size_t slots) {
  return memory_bytes / 4 / (row + 2 * slots);
}
size_t RecipientsIn(size_t memory_bytes, size_t row, size_t slot) {
  return memory_bytes / 4 * 3 / (row + 2 * slot);
}

uint64_t ApartOf(uint32_t content_provider) {
  return Fmix64(uint64_t{content_provider} + 1);
}

size_t MemoryOf(const CampaignLimits& limits) {
  return std::max<size_t>(limits.memory_bytes_max, 1 << 20);
}

}  // namespace

Campaigns::Campaigns(const CampaignLimits& limits)
    : window_ms_(std::max<int64_t>(limits.window_ms, 1)),
      distance_max_(std::clamp(limits.distance_max, 0, kDistanceMax)),
      clusters_(
          ClustersIn(MemoryOf(limits), sizeof(Cluster), kBands * sizeof(Slot))),
      recipients_(
          RecipientsIn(MemoryOf(limits), sizeof(Recipient), sizeof(Number))),
      recipients_max_(static_cast<uint32_t>(std::min<size_t>(
          {limits.recipients_max, 65'535, recipients_.size_max() - 1}))),
      slots_(std::bit_ceil(clusters_.size_max())),
      cluster_slots_(slots_ * kBands),
      recipient_slots_(std::bit_ceil(recipients_.size_max())) {}

Campaigns::Answer Campaigns::Add(ContentProviderId content_provider,
                                 uint64_t hash, Phone recipient,
                                 int64_t now_ms) {
  const Number number = Join(content_provider.value, hash, now_ms);
  Cluster& cluster = clusters_[number];
  if (cluster.state == CampaignState::kCounting) {
    CountRecipient(number, recipient.e164);
  }
  ForgetLapsed();
  return {cluster.hash, cluster.recipient_count, cluster.state};
}

void Campaigns::Decide(ContentProviderId content_provider, uint64_t hash,
                       CampaignState state, int64_t until_ms, int64_t now_ms) {
  SetState(Join(content_provider.value, hash, now_ms), state, until_ms);
}

Campaigns::Answer Campaigns::Look(ContentProviderId content_provider,
                                  uint64_t hash, int64_t now_ms) const {
  now_ms = std::max(now_ms, now_ms_);
  Answer answer;
  const Number number = Find(content_provider.value, hash, now_ms);
  if (number == 0) return answer;
  const Cluster& cluster = clusters_[number];
  answer.cluster = cluster.hash;
  if (IsDecided(cluster, now_ms)) answer.state = cluster.state;
  return answer;
}

size_t Campaigns::bytes() const {
  return clusters_.bytes() + recipients_.bytes() +
         cluster_slots_.capacity() * sizeof(Slot) +
         recipient_slots_.capacity() * sizeof(Number);
}

// --- Clusters ----------------------------------------------------------------

bool Campaigns::IsDecided(const Cluster& cluster, int64_t now_ms) const {
  return cluster.state != CampaignState::kCounting && now_ms < cluster.until_ms;
}

bool Campaigns::IsAlive(const Cluster& cluster, int64_t now_ms) const {
  return now_ms - cluster.last_ms < window_ms_ || IsDecided(cluster, now_ms);
}

Campaigns::List& Campaigns::ListOf(const Cluster& cluster) {
  return cluster.state == CampaignState::kCounting ? counting_ : decided_;
}

// Each band has slots of its own. Multiplying spreads neighbouring bits over
// them; `apart` keeps content providers apart.
Campaigns::Place Campaigns::PlaceOf(uint64_t apart, int band,
                                    uint32_t bits) const {
  const uint64_t spread = apart + bits * 0x9e3779b97f4a7c15ULL;
  return {band * slots_ + (spread >> 24 & (slots_ - 1)),
          1u << (spread >> 56 & 31)};
}

Campaigns::Place Campaigns::PlaceOf(const Cluster& cluster, int band) const {
  return PlaceOf(ApartOf(cluster.content_provider), band,
                 BandOf(cluster.hash, band));
}

void Campaigns::Index(Number number, int band) {
  Cluster& cluster = clusters_[number];
  const Place place = PlaceOf(cluster, band);
  Slot& slot = cluster_slots_[place.slot];
  int length = 0;
  for (Number at = slot.first; at != 0; at = clusters_[at].chain[band]) {
    if (++length == kChainMax) return;
  }
  cluster.chain[band] = slot.first;
  cluster.indexed[band] = true;
  slot.first = number;
  slot.marks |= place.mark;
}

void Campaigns::Unindex(Number number, int band) {
  const Cluster& cluster = clusters_[number];
  if (!cluster.indexed[band]) return;
  Slot& slot = cluster_slots_[PlaceOf(cluster, band).slot];
  slot.marks = 0;
  for (Number* at = &slot.first; *at != 0;) {
    if (*at == number) {
      *at = cluster.chain[band];
      continue;
    }
    slot.marks |= PlaceOf(clusters_[*at], band).mark;
    at = &clusters_[*at].chain[band];
  }
}

// The common case: the very same hash. It is the oldest that is alike: a
// cluster begins only where no other is alike.
Campaigns::Number Campaigns::FindSame(uint32_t content_provider, uint64_t hash,
                                      int64_t now_ms) const {
  const Place place = PlaceOf(ApartOf(content_provider), 0, BandOf(hash, 0));
  Number at = cluster_slots_[place.slot].first;
  for (; at != 0; at = clusters_[at].chain[0]) {
    const Cluster& cluster = clusters_[at];
    if (cluster.hash == hash && cluster.content_provider == content_provider &&
        IsAlive(cluster, now_ms)) {
      break;
    }
  }
  return at;
}

Campaigns::Number Campaigns::FindOldest(uint32_t content_provider,
                                        uint64_t hash, int64_t now_ms) const {
  Number oldest = 0;
  const uint64_t apart = ApartOf(content_provider);
  const auto look = [&](int band, uint32_t bits) {
    const Place place = PlaceOf(apart, band, bits);
    const Slot& slot = cluster_slots_[place.slot];
    if ((slot.marks & place.mark) == 0) return;
    Number at = slot.first;
    for (; at != 0; at = clusters_[at].chain[band]) {
      const Cluster& cluster = clusters_[at];
      if (std::popcount(cluster.hash ^ hash) <= distance_max_ &&
          cluster.content_provider == content_provider &&
          (oldest == 0 || cluster.began < clusters_[oldest].began) &&
          IsAlive(cluster, now_ms)) {
        oldest = at;
      }
    }
  };
  for (int band = 0; band < kBands; ++band) {
    const uint32_t bits = BandOf(hash, band);
    look(band, bits);
    for (int i = 0; i < kBandBits && distance_max_ >= kBands; ++i) {
      look(band, bits ^ 1u << i);
    }
  }
  return oldest;
}

Campaigns::Number Campaigns::Find(uint32_t content_provider, uint64_t hash,
                                  int64_t now_ms) const {
  const Number same = FindSame(content_provider, hash, now_ms);
  return same != 0 ? same : FindOldest(content_provider, hash, now_ms);
}

// The cluster that `hash` belongs to or begins, as the last of its list.
Campaigns::Number Campaigns::Join(uint32_t content_provider, uint64_t hash,
                                  int64_t now_ms) {
  now_ms_ = std::max(now_ms_, now_ms);
  Number number = Find(content_provider, hash, now_ms_);
  if (number == 0) return Begin(content_provider, hash);
  Cluster& cluster = clusters_[number];
  if (cluster.state != CampaignState::kCounting &&
      !IsDecided(cluster, now_ms_)) {
    SetState(number, CampaignState::kCounting, 0);
  } else {
    Touch(number);
  }
  return number;
}

void Campaigns::Touch(Number number) {
  Cluster& cluster = clusters_[number];
  cluster.last_ms = now_ms_;
  List& list = ListOf(cluster);
  if (list.last == number) return;
  if (sweep_ == number) sweep_ = cluster.next;
  clusters_.Remove(list, number);
  clusters_.Append(list, number);
}

Campaigns::Number Campaigns::Begin(uint32_t content_provider, uint64_t hash) {
  if (clusters_.full()) {
    Forget(counting_.first != 0 ? counting_.first : decided_.first);
  }
  const Number number = clusters_.Take();
  Cluster& cluster = clusters_[number];
  cluster.hash = hash;
  cluster.content_provider = content_provider;
  cluster.began = ++began_;
  cluster.last_ms = now_ms_;
  for (int band = 0; band < kBands; ++band) Index(number, band);
  clusters_.Append(counting_, number);
  return number;
}

void Campaigns::Forget(Number number) {
  Cluster& cluster = clusters_[number];
  while (cluster.recipients.first != 0) ForgetOldestRecipient(cluster);
  for (int band = 0; band < kBands; ++band) Unindex(number, band);
  if (sweep_ == number) sweep_ = cluster.next;
  clusters_.Remove(ListOf(cluster), number);
  clusters_.Give(number);
}

// A message begins at most one cluster, so looking at two keeps up, and no call
// has to forget many at once.
void Campaigns::ForgetLapsed() {
  for (int i = 0; i < 2; ++i) {
    const Number number = counting_.first;
    if (number == 0 || IsAlive(clusters_[number], now_ms_)) break;
    Forget(number);
  }
  // Decisions lapse in any order: look at one after the other.
  if (sweep_ == 0) sweep_ = decided_.first;
  const Number number = sweep_;
  if (number == 0) return;
  sweep_ = clusters_[number].next;
  if (!IsAlive(clusters_[number], now_ms_)) Forget(number);
}

void Campaigns::SetState(Number number, CampaignState state, int64_t until_ms) {
  Cluster& cluster = clusters_[number];
  while (cluster.recipients.first != 0) ForgetOldestRecipient(cluster);
  if (sweep_ == number) sweep_ = cluster.next;
  clusters_.Remove(ListOf(cluster), number);
  cluster.state = state;
  cluster.until_ms = until_ms;
  cluster.last_ms = now_ms_;
  clusters_.Append(ListOf(cluster), number);
}

// --- Recipients --------------------------------------------------------------

size_t Campaigns::RecipientSlot(Number cluster, uint64_t e164) const {
  return Fmix64(e164 ^ uint64_t{cluster} << 40) & (recipient_slots_.size() - 1);
}

Campaigns::Number Campaigns::FindRecipient(Number cluster,
                                           uint64_t e164) const {
  Number at = recipient_slots_[RecipientSlot(cluster, e164)];
  while (at != 0 &&
         (recipients_[at].e164 != e164 || recipients_[at].cluster != cluster)) {
    at = recipients_[at].chain;
  }
  return at;
}

void Campaigns::CountRecipient(Number number, uint64_t e164) {
  Cluster& cluster = clusters_[number];
  List& list = cluster.recipients;
  while (list.first != 0 &&
         now_ms_ - recipients_[list.first].last_ms >= window_ms_) {
    ForgetOldestRecipient(cluster);
  }
  const Number known = FindRecipient(number, e164);
  if (known == 0) {
    // The recipients seen last tell whether there are more than
    // recipients_max_.
    if (cluster.recipient_count > recipients_max_) {
      ForgetOldestRecipient(cluster);
    }
    AddRecipient(number, e164);
    return;
  }
  recipients_[known].last_ms = now_ms_;
  if (list.last == known) return;
  recipients_.Remove(list, known);
  recipients_.Append(list, known);
}

void Campaigns::AddRecipient(Number number, uint64_t e164) {
  // One cluster never fills the table, so another is first in its list.
  while (recipients_.full()) Forget(counting_.first);
  const Number added = recipients_.Take();
  Recipient& recipient = recipients_[added];
  recipient.e164 = e164;
  recipient.last_ms = now_ms_;
  recipient.cluster = number;
  Number& head = recipient_slots_[RecipientSlot(number, e164)];
  recipient.chain = head;
  head = added;
  recipients_.Append(clusters_[number].recipients, added);
  ++clusters_[number].recipient_count;
}

void Campaigns::ForgetOldestRecipient(Cluster& cluster) {
  const Number number = cluster.recipients.first;
  const Recipient& recipient = recipients_[number];
  Number* at =
      &recipient_slots_[RecipientSlot(recipient.cluster, recipient.e164)];
  while (*at != number) at = &recipients_[*at].chain;
  *at = recipient.chain;
  recipients_.Remove(cluster.recipients, number);
  recipients_.Give(number);
  --cluster.recipient_count;
}

}  // namespace sluice::filter
