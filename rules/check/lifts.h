#pragma once

// Words that each lift, or decide about, whatever holds them.

#include <cstddef>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace sluice::rules {

// Whether a word that ends (begins) at `at` of `text` is cut off in the middle
// of a Latin word or number there.
bool CutsLatin(absl::string_view text, size_t at);

// Whether `at` is where a character of `text` begins, or its end.
bool BeginsCharacter(absl::string_view text, size_t at);

// Words and phrases, as texts are compared. Finds in time that depends on the
// word that is asked for, not on how many there are.
class Lifts {
 public:
  void AddWord(std::string word);
  void AddPhrase(std::string phrase);
  bool empty() const { return words_.empty() && phrases_.empty(); }

  // The word that every text with `word` has, so that it lifts all hits of it,
  // or the phrase that covers them; empty: none. `win` is not in `windows`.
  absl::string_view Of(absl::string_view word) const;

 private:
  absl::flat_hash_set<std::string> words_;
  absl::flat_hash_set<std::string> phrases_;
  size_t longest_ = 0;  // Of the words, in bytes.
};

}  // namespace sluice::rules
