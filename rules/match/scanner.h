#pragma once

// Scans a text for all words and regexes of a rule set: one scan for each
// folding level that some rule needs.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/base/stop.h"
#include "rules/fold/evasive.h"
#include "rules/fold/fold.h"
#include "rules/match/matcher.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::rules {

// The patterns, as written in the pack.
struct Sought {
  struct Pattern {
    std::string text;  // As written.
    bool regex = false;
    uint32_t set = 0;
    rules::v1::FoldingLevel level = rules::v1::FOLDING_LEVEL_NORMAL;
    // Its hits lift others (`not`, a rule's phrases). Only what stands in the
    // text does, not its other reading, of pieces that may be anything's.
    bool lifts = false;
  };
  std::vector<Pattern> patterns;
  std::vector<std::string> allowed_phrases;
  std::vector<std::string> strict_words;  // See PackRules.
  rules::v1::Sounds sounds;
};

// What one thread needs to scan; reuse it, with any scanner.
class ScanScratch {
 public:
  ScanScratch();
  ~ScanScratch();
  ScanScratch(const ScanScratch&) = delete;
  ScanScratch& operator=(const ScanScratch&) = delete;

 private:
  friend class Scanner;
  struct State;
  std::unique_ptr<State> state_;
};

// Immutable; shared by all threads.
class Scanner {
 public:
  // `cache` may be null. Errors: those of Matcher::Compile and
  // SoundTable::Build; kCancelled (`stop` asked, between two levels).
  static absl::StatusOr<std::unique_ptr<const Scanner>> Compile(
      const Sought& sought, const CompileCache* cache = nullptr,
      const StopAsked& stop = {});
  ~Scanner();

  // Appends the hits, each set, span and pattern once, ordered by (set, begin,
  // end, pattern). `text` is what was folded; `folded` must come from
  // FoldTable::Shared(). With `phrases`, allowed phrases remove nothing, and
  // are appended there.
  void Scan(absl::string_view text, const FoldedText& folded,
            ScanScratch& scratch, std::vector<Found>& found,
            std::vector<Found>* phrases = nullptr) const;

  // Distances in the text scanned last, at the folding level of a rule:
  // places[i] is the number of characters before code point i of the submitted
  // text, without those that the level leaves out. Valid until the next Scan.
  absl::Span<const uint32_t> PlacesAt(rules::v1::FoldingLevel level,
                                      const FoldedText& folded,
                                      ScanScratch& scratch) const;

  // The text scanned last as the levels above normal strip it, and its other
  // reading, of pieces; without units: it has none. Valid until the next Scan.
  struct Readings {
    const StrippedText& stripped;
    const StrippedText& other;
  };
  static Readings ReadingsOf(const FoldedText& folded, ScanScratch& scratch);

  // The word or regex as written, by Found::pattern; empty: none of its own.
  absl::string_view PatternText(uint32_t pattern) const;

  // Bytes of Hyperscan's databases.
  size_t size_bytes() const;

 private:
  struct State;
  explicit Scanner(std::unique_ptr<const State> state);
  // At the levels above normal.
  void ScanStripped(const StrippedText& stripped, ScanScratch::State& scratch,
                    std::vector<Found>& found) const;
  void ScanOther(ScanScratch::State& scratch, std::vector<Found>& found) const;
  std::unique_ptr<const State> state_;
};

}  // namespace sluice::rules
