#include "rules/match/weigher.h"

#include <algorithm>
#include <bit>

#include "absl/algorithm/container.h"
#include "rules/base/check.h"
#include "rules/base/fmix64.h"

namespace sluice::rules {
namespace {

// A word is the numbers of its signs, side by side in one integer.
constexpr uint32_t kSignBits = 16;
static_assert(kSignsMax * kSignBits == 64 && kTableSignsMax < 1u << kSignBits);

// Most signs have a place of their own: ends of sentences, numbers and
// contacts, then the characters of the BMP.
constexpr size_t kDetails = 16;  // Of a kind that is no character.
constexpr size_t kFirstCharacter = 3 * kDetails;
constexpr size_t kPlaces = kFirstCharacter + 0x10000;

bool IsCharacter(uint64_t code) {
  return SignKindOf(code) == SignKind::kCharacter;
}

// kPlaces and more: it has none.
size_t PlaceOf(uint64_t code) {
  const uint64_t detail = SignDetailOf(code);
  switch (SignKindOf(code)) {
    case SignKind::kCharacter:
      return kFirstCharacter + detail;
    case SignKind::kEnd:
      return detail;
    case SignKind::kNumber:
      return kDetails + detail;
    case SignKind::kContact:
      return 2 * kDetails + detail;
    case SignKind::kLatin:
    case SignKind::kNone:
      return kPlaces;
  }
  return kPlaces;
}

// The last `size` signs of a key; not all of them.
uint64_t LastOf(uint64_t key, size_t size) {
  return key & ((uint64_t{1} << size * kSignBits) - 1);
}

constexpr size_t kFilterBitsAWord = 16;

}  // namespace

Weigher::Weigher(absl::Span<const WeighedWord> words)
    : words_(words.size()), singles_(1) {
  const size_t room = std::bit_ceil(words.size() * (kSignsMax - 1) * 2 + 1);
  slots_.resize(room);
  filter_.resize(std::max<size_t>(room * kFilterBitsAWord / 2 / 64, 1));
  for (uint32_t i = 0; i < words.size(); ++i) {
    const std::vector<uint64_t> signs = SignsOfWord(words[i].text);
    SLUICE_CHECK(!signs.empty() && signs.size() <= kSignsMax);
    uint64_t key = 0;
    for (const uint64_t code : signs) key = key << kSignBits | NumberFor(code);
    for (size_t size = 2; size < signs.size(); ++size) {
      SlotFor(LastOf(key, size));
    }
    Slot& slot = signs.size() == 1 ? singles_[key] : SlotFor(key);
    slot.word = i;
    slot.weight = words[i].weight;
  }
}

// The number of a sign, a new one when it has none.
uint16_t& Weigher::NumberFor(uint64_t code) {
  const size_t place = PlaceOf(code);
  if (place < kPlaces && place >= by_place_.size()) by_place_.resize(place + 1);
  uint16_t& number = place < kPlaces ? by_place_[place] : by_code_[code];
  if (number == 0) {
    number = static_cast<uint16_t>(singles_.size());
    singles_.emplace_back();
  }
  return number;
}

uint16_t Weigher::NumberOf(uint64_t code) const {
  const size_t place = PlaceOf(code);
  if (place < by_place_.size()) return by_place_[place];
  if (place < kPlaces) return 0;
  const auto found = by_code_.find(code);
  return found == by_code_.end() ? 0 : found->second;
}

Weigher::Slot& Weigher::SlotFor(uint64_t key) {
  const uint64_t hash = Fmix64(key);
  filter_[(hash >> 6) & (filter_.size() - 1)] |= uint64_t{1} << (hash & 63);
  const uint64_t mask = slots_.size() - 1;
  uint64_t at = hash & mask;
  while (slots_[at].key != 0 && slots_[at].key != key) at = (at + 1) & mask;
  slots_[at].key = key;
  return slots_[at];
}

const Weigher::Slot* Weigher::Find(uint64_t key) const {
  const uint64_t hash = Fmix64(key);
  const uint64_t bits = filter_[(hash >> 6) & (filter_.size() - 1)];
  if ((bits >> (hash & 63) & 1) == 0) return nullptr;
  const uint64_t mask = slots_.size() - 1;
  for (uint64_t at = hash & mask; slots_[at].key != 0; at = (at + 1) & mask) {
    if (slots_[at].key == key) return &slots_[at];
  }
  return nullptr;
}

template <typename Visit>
void Weigher::ForEachWord(absl::Span<const TextSign> signs,
                          const Visit& visit) const {
  uint64_t key = 0;  // The signs up to here.
  size_t known = 0;  // How many of them in a row are in words.
  for (size_t i = 0; i < signs.size(); ++i) {
    const uint16_t number = NumberOf(signs[i].code);
    if (number == 0) {
      known = 0;
      continue;
    }
    key = key << kSignBits | number;
    known = std::min(known + 1, kSignsMax);
    const Slot& single = singles_[number];
    if (single.word != kNoWord) visit(single, i, i);
    for (size_t size = 2; size <= known; ++size) {
      const Slot* const slot =
          Find(size == kSignsMax ? key : LastOf(key, size));
      if (slot == nullptr) break;
      if (slot->word != kNoWord) visit(*slot, i + 1 - size, i);
    }
  }
}

// A piece's reading speaks for the table's class and never against it. Nor does
// the text itself where most of it is characters between separators: these are
// no words, nor do sentences end there.
template <typename Visit>
void Weigher::ForEachPart(const SignReadings& signs, Seen& seen,
                          const Visit& visit) const {
  seen.Begin(words_, signs);
  ForEachWord(signs.signs, [&](const Slot& slot, size_t first, size_t last) {
    const Part part = {slot.word, slot.weight, signs.signs[first].begin,
                       signs.signs[last].end};
    if (part.weight < 0 && seen.InApart(part.begin, part.end)) return;
    if (seen.Add(part.word)) visit(part);
  });
  ForEachWord(signs.other, [&](const Slot& slot, size_t first, size_t last) {
    if (slot.weight <= 0 || !seen.Add(slot.word)) return;
    visit({slot.word, slot.weight, signs.other[first].begin,
           signs.other[last].end});
  });
}

int64_t Weigher::Weigh(const SignReadings& signs, Seen& seen) const {
  int64_t sum = 0;
  ForEachPart(signs, seen, [&sum](const Part& part) { sum += part.weight; });
  return sum;
}

void Weigher::FindParts(const SignReadings& signs, Seen& seen,
                        std::vector<Part>& parts) const {
  parts.clear();
  ForEachPart(signs, seen,
              [&parts](const Part& part) { parts.push_back(part); });
}

void Weigher::Seen::Begin(size_t words, const SignReadings& signs) {
  if (turns_.size() < words) turns_.resize(words);
  if (++turn_ == 0) {
    turns_.assign(turns_.size(), 0);
    turn_ = 1;
  }
  // Characters apart from the next one, which a piece of digits or letters read
  // otherwise has not.
  apart_.clear();
  for (size_t i = 1; i < signs.other.size(); ++i) {
    const TextSign& sign = signs.other[i - 1];
    const TextSign& next = signs.other[i];
    if (!IsCharacter(sign.code) || next.code == 0 || next.begin <= sign.end) {
      continue;
    }
    apart_.push_back({sign.begin, next.end});
  }
  // Ordinary texts have a few: 1. 2. 3., A/B.
  if (apart_.size() < signs.signs.back().end / 4) apart_.clear();
  // The two ways to read otherwise come one after the other.
  absl::c_sort(apart_,
               [](const Span& a, const Span& b) { return a.begin < b.begin; });
}

bool Weigher::Seen::InApart(uint32_t begin, uint32_t end) const {
  const auto after = std::partition_point(
      apart_.begin(), apart_.end(),
      [begin](const Span& span) { return span.end <= begin; });
  return after != apart_.end() && after->begin < end;
}

}  // namespace sluice::rules
