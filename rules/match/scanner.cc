#include "rules/match/scanner.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "rules/base/check.h"
#include "rules/base/status_macros.h"
#include "rules/fold/alternating.h"
#include "rules/fold/evasive.h"
#include "rules/fold/han_tables.h"
#include "rules/fold/homophone.h"
#include "rules/fold/leet.h"
#include "rules/match/pattern_owners.h"
#include "rules/match/regex_fold.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

// A word of which less is left is not looked for at the level evasive: it would
// be met everywhere.
constexpr size_t kEvasiveUnitsMin = 2;

// The set of the phrases that remove what they cover; sorts last.
constexpr uint32_t kAllowed = std::numeric_limits<uint32_t>::max();

// A word at the level evasive; `bytes` empty: not to be looked for.
SpokenWord EvasiveWord(const StrippedText& stripped, Mark::Asks asks) {
  Spelling spelling;
  SpellEvasive(stripped, spelling);
  // A single character is found in every text, unless it must be joined of
  // parts (口交 to 咬).
  const bool one = spelling.units.size() < kEvasiveUnitsMin;
  if (spelling.units.empty() || (one && !spelling.units[0].joined())) return {};
  SpokenWord word = {std::move(spelling.bytes), {}};
  for (const Spelling::Unit& unit : spelling.units) {
    // Letters are doubled and not doubled by mistake as well.
    const bool letter = unit.c < 0x80;
    word.marks.push_back({unit.read, one ? Mark::Asks::kItself : asks, 0,
                          unit.repeated && !letter, one, unit.disguise,
                          unit.gap != Gap::kNone || unit.two_words});
  }
  return word;
}

// In the order of the text, allowed phrases last; what several levels found
// side by side, the first level's first.
bool Before(const Found& a, const Found& b) {
  const auto pair = [](uint32_t high, uint32_t low) {
    return static_cast<uint64_t>(high) << 32 | low;
  };
  if (a.set != b.set) return a.set < b.set;
  const uint64_t a_span = pair(a.begin, a.end);
  const uint64_t b_span = pair(b.begin, b.end);
  if (a_span != b_span) return a_span < b_span;
  const uint64_t a_kind = pair(a.pattern, a.level);
  const uint64_t b_kind = pair(b.pattern, b.level);
  return a_kind != b_kind ? a_kind < b_kind : a.otherwise < b.otherwise;
}

bool IsSame(const Found& a, const Found& b) {
  return a.set == b.set && a.begin == b.begin && a.end == b.end &&
         a.pattern == b.pattern;
}

// Takes the phrases, which stand last, out of `found`, and what they cover.
void DropAllowed(std::vector<Found>& found) {
  size_t end = found.size();
  while (end > 0 && found[end - 1].set == kAllowed) --end;
  if (end == found.size()) return;
  // By begin; then each one's end becomes the last of it and those before it.
  const absl::Span<Found> phrases = absl::MakeSpan(found).subspan(end);
  for (size_t i = 1; i < phrases.size(); ++i) {
    phrases[i].end = std::max(phrases[i].end, phrases[i - 1].end);
  }
  const auto covered = [&phrases](const Found& one) {
    const auto after =
        std::upper_bound(phrases.begin(), phrases.end(), one.begin,
                         [](uint32_t begin, const Found& phrase) {
                           return begin < phrase.begin;
                         });
    return after != phrases.begin() && one.end <= after[-1].end;
  };
  const auto kept = std::remove_if(
      found.begin(), found.begin() + static_cast<ptrdiff_t>(end), covered);
  found.erase(kept, found.end());
}

// Moves the phrases into `phrases`, and drops nothing else.
void TakeAllowed(std::vector<Found>& found, std::vector<Found>& phrases) {
  while (!found.empty() && found.back().set == kAllowed) {
    phrases.push_back(found.back());
    found.pop_back();
  }
}

// Whether the character at an end of a word was written as a letter or digit,
// of any width.
bool IsWhole(char32_t c) { return c < 0x80 || (c >= 0xff01 && c <= 0xff5e); }

// Puts the other reading of a text, of pieces, into `other`; none: empty.
void ReadOtherwise(const FoldedText& folded, StrippedText& stripped,
                   std::vector<uint32_t>& origins, StrippedText& other) {
  other.units.clear();
  other.stretch_ends.clear();
  other.code_points = stripped.code_points;
  if (stripped.may_alternate) ReadAlternating(stripped, other);
  if (stripped.may_be_leet) ReadLeet(folded, stripped, origins, other);
}

// The text itself as the level exact reads it.
void Copy(absl::string_view text, uint32_t code_points, FoldedText& exact) {
  exact.bytes.assign(text.data(), text.size());
  exact.anchors.clear();
  exact.code_points = code_points;
}

}  // namespace

// The hits of one level.
struct Scanner::State {
  std::vector<std::string> texts;  // By pattern.
  PatternOwners owners;            // The same.
  std::optional<SoundTable> sounds;
  // Null: no rule asks for this level.
  std::unique_ptr<const Matcher> exact;
  std::unique_ptr<const Matcher> normal;
  std::unique_ptr<const Matcher> evasive;
  std::unique_ptr<const Matcher> homophone;
};

struct ScanScratch::State {
  MatchScratch exact;
  MatchScratch normal;
  MatchScratch evasive;
  MatchScratch homophone;
  std::vector<Found> found;  // Whichever sets it is of.
  BySet by_set;
  FoldedText copy;
  StrippedText stripped;
  bool is_stripped = false;  // `stripped` is of the last text.
  StrippedText other;        // Its other reading, and a piece of that.
  StrippedText piece;
  Spelling spelling;
  std::vector<uint32_t> origins;
  std::vector<uint32_t> places;
  rules::v1::FoldingLevel places_level = rules::v1::FOLDING_LEVEL_UNSPECIFIED;
};

ScanScratch::ScanScratch() : state_(std::make_unique<State>()) {}
ScanScratch::~ScanScratch() = default;

Scanner::Scanner(std::unique_ptr<const State> state)
    : state_(std::move(state)) {}
Scanner::~Scanner() = default;

namespace {

// The patterns of each level.
struct Levels {
  Patterns exact;
  Patterns normal;
  Patterns evasive;
  Patterns homophone;
};

// Phrases alone are nothing to look for.
bool AsksForAnything(const Patterns& patterns) {
  return !patterns.regexes.empty() ||
         absl::c_any_of(patterns.words, [](const Patterns::Pattern& word) {
           return word.set != kAllowed;
         });
}

// A word or regex, and the highest level at which some set asks for it.
struct Pattern {
  absl::string_view text;
  bool regex = false;
  uint32_t number = 0;
  rules::v1::FoldingLevel level = rules::v1::FOLDING_LEVEL_EXACT;
  bool strict = false;
};

void AddWord(const Pattern& from, const SoundTable& sounds, Levels& levels) {
  const std::u32string written = CodePoints(from.text);
  const Patterns::Pattern word = {
      FoldWord(from.text),    0, from.number, {}, IsWhole(written.front()),
      IsWhole(written.back())};
  levels.normal.words.push_back(word);
  if (from.level < rules::v1::FOLDING_LEVEL_EVASIVE) return;
  const StrippedText stripped = StripWord(from.text);
  Patterns::Pattern evasive = word;
  SpokenWord spelled = EvasiveWord(
      stripped, from.strict ? Mark::Asks::kItself : Mark::Asks::kShape);
  evasive.text = std::move(spelled.bytes);
  evasive.marks = std::move(spelled.marks);
  if (!evasive.text.empty()) levels.evasive.words.push_back(evasive);
  if (from.level < rules::v1::FOLDING_LEVEL_HOMOPHONE || from.strict) return;
  for (SpokenWord& spoken : sounds.SpellWord(stripped)) {
    Patterns::Pattern homophone = word;
    homophone.text = std::move(spoken.bytes);
    homophone.marks = std::move(spoken.marks);
    levels.homophone.words.push_back(std::move(homophone));
  }
}

void AddRegex(const Pattern& from, Levels& levels) {
  const std::string folded = FoldRegex(std::string(from.text));
  levels.normal.regexes.push_back({folded, 0, from.number, {}});
  if (from.level < rules::v1::FOLDING_LEVEL_EVASIVE) return;
  const std::string evasive = EvasiveRegex(folded);
  levels.evasive.regexes.push_back({.text = evasive,
                                    .pattern = from.number,
                                    .scanned = ScannedRegex(evasive)});
}

void Add(const Pattern& from, const SoundTable& sounds, Levels& levels) {
  if (from.level == rules::v1::FOLDING_LEVEL_EXACT) {
    auto& exact = from.regex ? levels.exact.regexes : levels.exact.words;
    exact.push_back({std::string(from.text), 0, from.number, {}});
  } else if (from.regex) {
    AddRegex(from, levels);
  } else {
    AddWord(from, sounds, levels);
  }
}

// Each word and regex once; `owners` learns whose it is. What is looked for as
// it is written has a number of its own: to be found so says nothing about the
// levels above, where other letters may go on.
std::vector<Pattern> Number(absl::Span<const Sought::Pattern> sought,
                            PatternOwners& owners) {
  std::map<std::tuple<bool, bool, absl::string_view>, size_t> numbers;
  std::vector<Pattern> patterns;
  std::vector<std::vector<PatternOwners::Owner>> owners_of;
  for (const Sought::Pattern& one : sought) {
    const rules::v1::FoldingLevel level =
        one.level == rules::v1::FOLDING_LEVEL_UNSPECIFIED
            ? rules::v1::FOLDING_LEVEL_NORMAL
            : one.level;
    const bool exact = level == rules::v1::FOLDING_LEVEL_EXACT;
    const auto number = static_cast<uint32_t>(patterns.size());
    const auto [at, added] = numbers.emplace(
        std::tuple(exact, one.regex, absl::string_view(one.text)), number);
    if (added) {
      patterns.push_back({one.text, one.regex, number, level});
      owners_of.emplace_back();
    }
    Pattern& pattern = patterns[at->second];
    pattern.level = std::max(pattern.level, level);
    owners_of[at->second].push_back({one.set, level, one.lifts});
  }
  for (std::vector<PatternOwners::Owner>& of_one : owners_of) {
    owners.AddPattern(std::move(of_one));
  }
  return patterns;
}

// Phrases are not heard, only read: by sound they would silence what they are
// not. What they cover is no hit at any level.
void AddAllowed(const std::string& phrase, Levels& levels) {
  levels.exact.words.push_back({phrase, kAllowed, 0, {}});
  levels.normal.words.push_back({FoldWord(phrase), kAllowed, 0, {}});
  SpokenWord evasive = EvasiveWord(StripWord(phrase), Mark::Asks::kItself);
  if (evasive.bytes.empty()) return;
  levels.evasive.words.push_back(
      {std::move(evasive.bytes), kAllowed, 0, std::move(evasive.marks)});
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Scanner>> Scanner::Compile(
    const Sought& sought, const CompileCache* cache, const StopAsked& stop) {
  auto state = std::make_unique<State>();
  SLUICE_ASSIGN_OR_RETURN(state->sounds, SoundTable::Build(sought.sounds));
  Levels levels;
  levels.exact.level = rules::v1::FOLDING_LEVEL_EXACT;
  levels.normal.level = rules::v1::FOLDING_LEVEL_NORMAL;
  levels.evasive.level = rules::v1::FOLDING_LEVEL_EVASIVE;
  levels.homophone.level = rules::v1::FOLDING_LEVEL_HOMOPHONE;
  absl::flat_hash_set<std::string> strict;
  for (const std::string& word : sought.strict_words) {
    strict.insert(FoldWord(word));
  }
  for (Pattern& one : Number(sought.patterns, state->owners)) {
    one.strict = !one.regex && strict.contains(FoldWord(one.text));
    state->texts.emplace_back(one.text);
    Add(one, *state->sounds, levels);
  }
  for (const std::string& phrase : sought.allowed_phrases) {
    AddAllowed(phrase, levels);
  }
  const auto compile = [&](const Patterns& patterns, bool needed,
                           std::unique_ptr<const Matcher>& matcher) {
    if (!needed) return absl::OkStatus();
    SLUICE_RETURN_IF_ERROR(CheckStop(stop));
    auto compiled = Matcher::Compile(patterns, cache);
    if (compiled.ok()) matcher = *std::move(compiled);
    return compiled.status();
  };
  // Phrases are read below the level at which they matter.
  const bool heard = AsksForAnything(levels.homophone);
  const bool read = heard && !sought.allowed_phrases.empty();
  SLUICE_RETURN_IF_ERROR(
      compile(levels.exact, AsksForAnything(levels.exact), state->exact));
  SLUICE_RETURN_IF_ERROR(
      compile(levels.normal, AsksForAnything(levels.normal), state->normal));
  SLUICE_RETURN_IF_ERROR(compile(
      levels.evasive, read || AsksForAnything(levels.evasive), state->evasive));
  SLUICE_RETURN_IF_ERROR(compile(levels.homophone, heard, state->homophone));
  return std::unique_ptr<const Scanner>(new Scanner(std::move(state)));
}

void Scanner::ScanStripped(const StrippedText& stripped,
                           ScanScratch::State& scratch,
                           std::vector<Found>& found) const {
  if (state_->evasive != nullptr) {
    SpellEvasive(stripped, scratch.spelling);
    state_->evasive->Match(scratch.spelling, scratch.evasive, found);
  }
  if (state_->homophone != nullptr) {
    state_->sounds->Spell(stripped, scratch.spelling);
    state_->homophone->Match(scratch.spelling, scratch.homophone, found);
  }
}

void Scanner::ScanOther(ScanScratch::State& scratch,
                        std::vector<Found>& found) const {
  const size_t before = found.size();
  scratch.piece.code_points = scratch.other.code_points;
  const auto units = scratch.other.units.begin();
  uint32_t begin = 0;
  for (const uint32_t end : scratch.other.stretch_ends) {
    scratch.piece.units.assign(units + begin, units + end);
    ScanStripped(scratch.piece, scratch, found);
    begin = end;
  }
  for (size_t i = before; i < found.size(); ++i) found[i].otherwise = true;
  // It allows nothing: a phrase may be spread over what it hides.
  found.erase(std::remove_if(
                  found.begin() + static_cast<ptrdiff_t>(before), found.end(),
                  [](const Found& one) { return one.set == kAllowed; }),
              found.end());
}

void Scanner::Scan(absl::string_view text, const FoldedText& folded,
                   ScanScratch& scan_scratch, std::vector<Found>& found,
                   std::vector<Found>* phrases) const {
  ScanScratch::State& scratch = *scan_scratch.state_;
  std::vector<Found>& all = scratch.found;
  all.clear();
  scratch.is_stripped = false;
  scratch.places_level = rules::v1::FOLDING_LEVEL_UNSPECIFIED;
  if (state_->exact != nullptr) {
    Copy(text, folded.code_points, scratch.copy);
    state_->exact->Match(scratch.copy, scratch.exact, all);
  }
  if (state_->normal != nullptr) {
    state_->normal->Match(folded, scratch.normal, all);
  }
  if (state_->evasive != nullptr || state_->homophone != nullptr) {
    Strip(folded, scratch.stripped);
    scratch.is_stripped = true;
    ReadOtherwise(folded, scratch.stripped, scratch.origins, scratch.other);
    ScanStripped(scratch.stripped, scratch, all);
    if (!scratch.other.units.empty()) ScanOther(scratch, all);
  }
  if (all.empty()) return;
  // Of what several levels find, the first one's stays.
  std::sort(all.begin(), all.end(), Before);
  all.erase(std::unique(all.begin(), all.end(), IsSame), all.end());
  if (phrases != nullptr) {
    TakeAllowed(all, *phrases);
  } else {
    DropAllowed(all);
  }
  scratch.by_set.Append(state_->owners, all, found);
}

Scanner::Readings Scanner::ReadingsOf(const FoldedText& folded,
                                      ScanScratch& scan_scratch) {
  ScanScratch::State& scratch = *scan_scratch.state_;
  if (!std::exchange(scratch.is_stripped, true)) {
    Strip(folded, scratch.stripped);
    ReadOtherwise(folded, scratch.stripped, scratch.origins, scratch.other);
  }
  return {scratch.stripped, scratch.other};
}

absl::Span<const uint32_t> Scanner::PlacesAt(rules::v1::FoldingLevel level,
                                             const FoldedText& folded,
                                             ScanScratch& scan_scratch) const {
  ScanScratch::State& scratch = *scan_scratch.state_;
  // Both levels above normal strip the same characters.
  level = std::min(level, rules::v1::FOLDING_LEVEL_EVASIVE);
  std::vector<uint32_t>& places = scratch.places;
  if (scratch.places_level == level) return places;
  scratch.places_level = level;
  places.assign(folded.code_points + 1, 0);
  // First 1 where a character begins, then their sums.
  if (level == rules::v1::FOLDING_LEVEL_EXACT) {
    std::fill(places.begin() + 1, places.end(), 1);
  } else if (level == rules::v1::FOLDING_LEVEL_NORMAL) {
    folded.Origins(scratch.origins);
    for (size_t i = 0; i < folded.bytes.size(); ++i) {
      if ((folded.bytes[i] & 0xc0) != 0x80) places[scratch.origins[i] + 1] = 1;
    }
  } else {
    for (const StrippedText::Unit& unit :
         ReadingsOf(folded, scan_scratch).stripped.units) {
      places[unit.begin + 1] += !unit.separates;
    }
  }
  for (size_t i = 1; i < places.size(); ++i) places[i] += places[i - 1];
  return places;
}

absl::string_view Scanner::PatternText(uint32_t pattern) const {
  return pattern < state_->texts.size() ? state_->texts[pattern]
                                        : absl::string_view();
}

size_t Scanner::size_bytes() const {
  size_t size = 0;
  for (const auto* matcher : {&state_->exact, &state_->normal, &state_->evasive,
                              &state_->homophone}) {
    if (*matcher != nullptr) size += (*matcher)->size_bytes();
  }
  return size;
}

}  // namespace sluice::rules
