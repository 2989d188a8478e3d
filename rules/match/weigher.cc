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

constexpr size_t kCharacters = 0x10000;
constexpr uint64_t kCharacterCodes = uint64_t{1} << 60;

// The code point of a sign that is a character of the BMP, else kCharacters.
size_t CharacterOf(uint64_t code) {
  return std::min<uint64_t>(code - kCharacterCodes, kCharacters);
}

// The last `size` signs of a key; not all of them.
uint64_t LastOf(uint64_t key, size_t size) {
  return key & ((uint64_t{1} << size * kSignBits) - 1);
}

constexpr size_t kFilterBitsAWord = 16;

}  // namespace

Weigher::Weigher(absl::Span<const WeighedWord> words)
    : words_(words.size()), characters_(kCharacters), singles_(1) {
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
  const size_t character = CharacterOf(code);
  uint16_t& number =
      character < kCharacters ? characters_[character] : others_[code];
  if (number == 0) {
    number = static_cast<uint16_t>(singles_.size());
    singles_.emplace_back();
  }
  return number;
}

uint16_t Weigher::NumberOf(uint64_t code) const {
  const size_t character = CharacterOf(code);
  if (character < kCharacters) return characters_[character];
  const auto found = others_.find(code);
  return found == others_.end() ? 0 : found->second;
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
// what the text itself reads there: single characters between separators are
// no words, nor the ends of sentences that separators seem to be.
template <typename Visit>
void Weigher::ForEachPart(const SignReadings& signs, Seen& seen,
                          const Visit& visit) const {
  seen.Begin(words_, signs.other);
  ForEachWord(signs.signs, [&](const Slot& slot, size_t first, size_t last) {
    const Part part = {slot.word, slot.weight, signs.signs[first].begin,
                       signs.signs[last].end};
    if (part.weight < 0 && seen.InPiece(part.begin, part.end)) return;
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

void Weigher::Seen::Begin(size_t words, absl::Span<const TextSign> other) {
  if (turns_.size() < words) turns_.resize(words);
  if (++turn_ == 0) {
    turns_.assign(turns_.size(), 0);
    turn_ = 1;
  }
  pieces_.clear();
  bool inside = false;
  for (const TextSign& sign : other) {
    const bool goes_on = inside;
    inside = sign.code != 0;
    if (!inside) continue;
    if (!goes_on) pieces_.push_back({sign.begin, sign.end});
    pieces_.back().end = sign.end;
  }
  // Of two ways to read, so maybe out of order and over each other.
  absl::c_sort(pieces_, [](const Piece& a, const Piece& b) {
    return a.begin < b.begin;
  });
  for (size_t i = 1; i < pieces_.size(); ++i) {
    pieces_[i].end = std::max(pieces_[i].end, pieces_[i - 1].end);
  }
}

bool Weigher::Seen::InPiece(uint32_t begin, uint32_t end) const {
  const auto after = std::partition_point(
      pieces_.begin(), pieces_.end(),
      [begin](const Piece& piece) { return piece.end <= begin; });
  return after != pieces_.end() && after->begin < end;
}

}  // namespace sluice::rules
