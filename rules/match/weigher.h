#pragma once

// Adds up the weights of a table's words in a text: evidence that no single
// word is, such as that of modern fraud. A text costs a few nanoseconds a sign,
// however long the table.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "rules/match/text_signs.h"
#include "rules/pack/weight_list.h"

namespace sluice::rules {

// Immutable; any thread.
class Weigher {
 public:
  // A word of the table that stands in a text.
  struct Part {
    uint32_t word = 0;  // Its number in the table.
    int32_t weight = 0;
    uint32_t begin = 0;  // Code points of the submitted text.
    uint32_t end = 0;
  };

  // Which words a text had, and what of it is apart; reuse it, with any table.
  class Seen {
   public:
    void Begin(size_t words, const SignReadings& signs);
    // Whether `word` comes for the first time since Begin().
    bool Add(uint32_t word) {
      if (turns_[word] == turn_) return false;
      turns_[word] = turn_;
      return true;
    }
    // Whether some of [begin, end) is characters apart from each other.
    bool InApart(uint32_t begin, uint32_t end) const;

   private:
    struct Span {
      uint32_t begin = 0;
      uint32_t end = 0;
    };

    std::vector<uint32_t> turns_;  // By word: when it was seen last.
    uint32_t turn_ = 0;
    // Of a text that is mostly so, in order; none: it is not.
    std::vector<Span> apart_;
  };

  // `words` have been checked: each has 1 to kSignsMax signs.
  explicit Weigher(absl::Span<const WeighedWord> words);

  // The sum over the words of a text, each once. Of its other reading only the
  // words above 0 count; where most of the text is characters apart from each
  // other, no word below 0 does.
  int64_t Weigh(const SignReadings& signs, Seen& seen) const;

  // The words that Weigh() adds up, where each stands first; replaces what
  // `parts` held.
  void FindParts(const SignReadings& signs, Seen& seen,
                 std::vector<Part>& parts) const;

 private:
  static constexpr uint32_t kNoWord = UINT32_MAX;

  struct Slot {
    uint64_t key = 0;         // 0: free.
    uint32_t word = kNoWord;  // kNoWord: only the end of longer ones.
    int32_t weight = 0;
  };

  uint16_t& NumberFor(uint64_t code);
  uint16_t NumberOf(uint64_t code) const;
  Slot& SlotFor(uint64_t key);
  const Slot* Find(uint64_t key) const;
  // Calls `visit` with each slot of a word in the text and its first and last
  // sign.
  template <typename Visit>
  void ForEachWord(absl::Span<const TextSign> signs, const Visit& visit) const;

  template <typename Visit>
  void ForEachPart(const SignReadings& signs, Seen& seen,
                   const Visit& visit) const;

  size_t words_ = 0;
  // The numbers of signs, from 1; 0: in no word. By place, up to the highest
  // that a table has, so that one of Latin words reads nothing for a Chinese
  // text; Latin words and what is beyond the BMP by code.
  std::vector<uint16_t> by_place_;
  absl::flat_hash_map<uint64_t, uint16_t> by_code_;
  std::vector<Slot> singles_;  // By number: words of one sign.
  // Words of more, and what they end with, so that a text is asked for longer
  // ones only behind shorter ones. Open addressing, at most half full; the
  // filter has a bit for each, so that most of a text stops there.
  std::vector<Slot> slots_;
  std::vector<uint64_t> filter_;
};

}  // namespace sluice::rules
