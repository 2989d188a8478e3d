#include "rules/match/weight_sets.h"

#include <algorithm>
#include <cstdlib>

#include "absl/algorithm/container.h"
#include "rules/match/contact_sets.h"

namespace sluice::rules {
namespace {

constexpr uint32_t kTableShift = 20;
constexpr uint32_t kWordMask = (1u << kTableShift) - 1;
static_assert(kPackWordsMax <= kWordMask + 1);
static_assert(kWeighedPatterns + (kPackListsMax << kTableShift) <
              kContactPatterns);

// Whether a part of `text` that is shown already has it.
bool Overlaps(const Weigher::Part& part,
              absl::Span<const Weigher::Part> shown) {
  return absl::c_any_of(shown, [&part](const Weigher::Part& one) {
    return part.begin < one.end && one.begin < part.end;
  });
}

// Moves the heaviest parts above 0, of different places, to the front; returns
// how many.
size_t ShowHeaviest(std::vector<Weigher::Part>& parts) {
  std::erase_if(parts, [](const auto& part) { return part.weight <= 0; });
  absl::c_sort(parts, [](const auto& a, const auto& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.begin < b.begin;
  });
  size_t shown = 0;
  for (size_t i = 0; i < parts.size() && shown < WeightSets::kShownMax; ++i) {
    const Weigher::Part part = parts[i];
    if (Overlaps(part, absl::MakeSpan(parts).subspan(0, shown))) continue;
    parts[shown++] = part;
  }
  return shown;
}

void Read(const Scanner::Readings& readings, absl::string_view submitted,
          absl::Span<const Contact> contacts, WeightScratch& scratch) {
  ReadSigns(readings.stripped, submitted, contacts, scratch.signs.signs);
  scratch.signs.other.clear();
  ReadPieces(readings.other, contacts, scratch.signs.other);
  JoinParts(readings.stripped, kSignsMax - 1, scratch.joined);
  ReadPieces(scratch.joined, contacts, scratch.signs.other);
}

}  // namespace

void WeightSets::SetTables(const Pack& pack) {
  for (const auto& [id, words] : pack.weight_tables) {
    tables_.push_back({id, words, Weigher(words)});
  }
}

void WeightSets::Add(uint32_t set, const rules::v1::WeightMatch& match) {
  const auto table = absl::c_find_if(
      tables_, [&match](const Table& one) { return one.id == match.table(); });
  table->used = true;
  sets_.push_back(
      {set, static_cast<uint32_t>(table - tables_.begin()), match.at_least()});
}

void WeightSets::Find(const Scanner::Readings& readings,
                      absl::string_view submitted,
                      absl::Span<const Contact> contacts,
                      WeightScratch& scratch, std::vector<Found>& found) const {
  Read(readings, submitted, contacts, scratch);
  for (uint32_t number = 0; number < tables_.size(); ++number) {
    if (!tables_[number].used) continue;
    const Weigher& weigher = tables_[number].weigher;
    const int64_t sum = weigher.Weigh(scratch.signs, scratch.seen);
    size_t shown = 0;
    for (const Set& set : sets_) {
      if (set.table != number || sum < set.at_least) continue;
      if (shown == 0) {
        weigher.FindParts(scratch.signs, scratch.seen, scratch.parts);
        shown = ShowHeaviest(scratch.parts);
      }
      for (size_t i = 0; i < shown; ++i) {
        const Weigher::Part& part = scratch.parts[i];
        InsertFound({set.number, part.begin, part.end,
                     kWeighedPatterns + (number << kTableShift) + part.word,
                     rules::v1::FOLDING_LEVEL_UNSPECIFIED},
                    found);
      }
    }
  }
}

std::vector<WeightSets::Weighing> WeightSets::Weigh(
    const Scanner::Readings& readings, absl::string_view submitted,
    absl::Span<const Contact> contacts, WeightScratch& scratch) const {
  Read(readings, submitted, contacts, scratch);
  std::vector<Weighing> weighings;
  for (const Set& set : sets_) {
    const Table& table = tables_[set.table];
    table.weigher.FindParts(scratch.signs, scratch.seen, scratch.parts);
    absl::c_stable_sort(scratch.parts, [](const auto& a, const auto& b) {
      return std::abs(a.weight) > std::abs(b.weight);
    });
    Weighing& one = weighings.emplace_back();
    one.set = set.number;
    one.table = table.id;
    one.at_least = set.at_least;
    for (const Weigher::Part& part : scratch.parts) {
      one.sum += part.weight;
      auto& words = part.weight > 0 ? one.words_for : one.words_against;
      if (words.size() == kShownMax) continue;
      words.push_back(table.words[part.word]);
    }
  }
  return weighings;
}

const WeightSets::Table& WeightSets::TableAt(uint32_t pattern) const {
  return tables_[(pattern - kWeighedPatterns) >> kTableShift];
}

absl::string_view WeightSets::TextOf(uint32_t pattern) const {
  return TableAt(pattern).words[pattern & kWordMask].text;
}

int32_t WeightSets::WeightOf(uint32_t pattern) const {
  return TableAt(pattern).words[pattern & kWordMask].weight;
}

absl::string_view WeightSets::TableOf(uint32_t pattern) const {
  return TableAt(pattern).id;
}

int64_t WeightSets::Sum(uint32_t pattern, const Scanner::Readings& readings,
                        absl::string_view submitted,
                        absl::Span<const Contact> contacts,
                        WeightScratch& scratch) const {
  Read(readings, submitted, contacts, scratch);
  return TableAt(pattern).weigher.Weigh(scratch.signs, scratch.seen);
}

}  // namespace sluice::rules
