#pragma once

// The sets of a rule set that are neither of words nor of contacts: the
// `weight` of rules. As with contacts, their hits are merged into those of a
// scan.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/contacts/contacts.h"
#include "rules/match/matcher.h"
#include "rules/match/scanner.h"
#include "rules/match/weigher.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Found::pattern of a table's word: this, the table's number, and the word's.
// No other pattern has it.
inline constexpr uint32_t kWeighedPatterns = 0x80000000;

// What one thread needs to weigh; reuse it.
struct WeightScratch {
  SignReadings signs;
  StrippedText joined;
  std::vector<Weigher::Part> parts;
  Weigher::Seen seen;
};

// Immutable once filled; any thread.
class WeightSets {
 public:
  // Of the pack's tables, which have been checked.
  void SetTables(const Pack& pack);
  // Sets are added in the order of their numbers.
  void Add(uint32_t set, const rules::v1::WeightMatch& match);

  bool empty() const { return sets_.empty(); }

  // Inserts the heaviest words of each set that the text reaches into `found`,
  // which is in the order of Scanner::Scan and stays so.
  void Find(const Scanner::Readings& readings, absl::string_view submitted,
            absl::Span<const Contact> contacts, WeightScratch& scratch,
            std::vector<Found>& found) const;

  // A word as its table writes it, by Found::pattern.
  absl::string_view TextOf(uint32_t pattern) const;
  int32_t WeightOf(uint32_t pattern) const;
  absl::string_view TableOf(uint32_t pattern) const;

  // What the text weighs by the table of each set.
  struct Weighing {
    uint32_t set = 0;
    std::string table;
    int64_t sum = 0;
    int64_t at_least = 0;
    // The words of the text, for and against, the heaviest first; at most
    // kShownMax of each.
    std::vector<WeighedWord> words_for;
    std::vector<WeighedWord> words_against;
  };
  // How many words a hit or a weighing is shown by.
  static constexpr size_t kShownMax = 5;

  // By set. Slow, for people.
  std::vector<Weighing> Weigh(const Scanner::Readings& readings,
                              absl::string_view submitted,
                              absl::Span<const Contact> contacts,
                              WeightScratch& scratch) const;

  // What all words of the table of `pattern` in the text add up to.
  int64_t Sum(uint32_t pattern, const Scanner::Readings& readings,
              absl::string_view submitted, absl::Span<const Contact> contacts,
              WeightScratch& scratch) const;

 private:
  struct Table {
    std::string id;
    std::vector<WeighedWord> words;
    Weigher weigher;
    bool used = false;  // By some set.
  };
  struct Set {
    uint32_t number = 0;
    uint32_t table = 0;
    int64_t at_least = 0;
  };

  const Table& TableAt(uint32_t pattern) const;

  std::vector<Table> tables_;  // By id.
  std::vector<Set> sets_;
};

}  // namespace sluice::rules
