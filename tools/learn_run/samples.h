#pragma once

// Texts of known class, as the words of a weight table see them.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/contacts/text_contacts.h"
#include "rules/fold/evasive.h"
#include "rules/fold/fold.h"
#include "rules/match/text_signs.h"
#include "tools/evaluate_run/labelled_text.h"

namespace sluice::learn {

// The numbers of the words in a text, each once, ascending.
using Words = std::vector<uint32_t>;

// All runs of 1 to 4 signs that were met, by number from 0. Not thread-safe:
// it keeps its buffers.
class Vocabulary {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  // Numbers those of `text`, too, when they are new.
  Words Of(absl::string_view text);

  size_t size() const { return spelled_.size(); }
  // As a table writes it.
  const std::string& Spelled(uint32_t word) const { return spelled_[word]; }

 private:
  uint32_t Number(absl::Span<const uint64_t> run);

  // By its signs; kNone: a table cannot have it.
  absl::flat_hash_map<std::vector<uint64_t>, uint32_t> numbers_;
  std::vector<std::string> spelled_;
  rules::FoldedText folded_;
  rules::StrippedText stripped_;
  rules::TextContacts contacts_;
  std::vector<rules::TextSign> signs_;
};

struct Sample {
  bool bad = false;
  bool made = false;  // Made of another one: to learn from, not to judge by.
  Words words;
};

// One file: mostly one author's texts.
struct SampleFile {
  std::string name;
  std::vector<Sample> samples;
  // Whether it has bad and lawful texts, so that it can judge a table.
  bool judges = false;
};

// Which texts to take, and what to make of the bad ones.
struct Taking {
  // Of files without bad texts, leave out the rows kept aside for measuring.
  bool seen = false;
  // Beginnings of the labels of bad texts (none: of all that are not lawful),
  // and labels that are lawful beside ham. Other texts are left out.
  std::vector<std::string> bad;
  std::vector<std::string> lawful;
  // Texts with Chinese characters, or those without; of a file without bad
  // texts all: a table must spare lawful texts in any language.
  bool chinese = true;
  // What swindlers may write before a text so that it seems a warning: each bad
  // text comes again behind one of these, and again before a lawful text.
  std::vector<std::string> covers;
};

// Errors: those of evaluate::ReadLabelledTexts.
absl::StatusOr<SampleFile> ReadSamples(const std::string& path,
                                       const Taking& taking,
                                       Vocabulary& vocabulary);

}  // namespace sluice::learn
