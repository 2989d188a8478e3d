#include "rules/match/matcher.h"

#include <hs.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/base/check.h"
#include "rules/base/status_macros.h"
#include "rules/fold/spelling.h"
#include "rules/match/loosen.h"
#include "rules/match/regex_needs.h"

namespace sluice::rules {
namespace {

// The scan only asks whether a regex may hit; whether and where it does is
// RE2's part. Start of match in Hyperscan costs a multiple of the scan, and it
// rejects patterns that people do write.
constexpr unsigned kRegexFlags = HS_FLAG_UTF8 | HS_FLAG_SINGLEMATCH;

struct DatabaseDeleter {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
using Database = std::unique_ptr<hs_database_t, DatabaseDeleter>;

struct ErrorDeleter {
  void operator()(hs_compile_error_t* error) const {
    hs_free_compile_error(error);
  }
};
using CompileError = std::unique_ptr<hs_compile_error_t, ErrorDeleter>;

// Expressions for one database, side by side as Hyperscan wants them.
struct Expressions {
  std::vector<std::string> texts;
  std::vector<unsigned> flags;

  void Add(std::string text, unsigned flag) {
    texts.push_back(std::move(text));
    flags.push_back(flag);
  }
  void Append(const Expressions& others) {
    texts.insert(texts.end(), others.texts.begin(), others.texts.end());
    flags.insert(flags.end(), others.flags.begin(), others.flags.end());
  }
};

// A regex that matches `word` and nothing else, whatever bytes are in it.
std::string Escape(absl::string_view word) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string escaped;
  escaped.reserve(word.size() * 4);
  for (const unsigned char byte : word) {
    escaped += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return escaped;
}

// All that a database is made of.
std::string SourceOf(const Expressions& expressions) {
  std::string source;
  for (size_t i = 0; i < expressions.texts.size(); ++i) {
    absl::StrAppend(&source, expressions.flags[i], "/",
                    expressions.texts[i].size(), "/", expressions.texts[i]);
  }
  return source;
}

Database Deserialize(const std::string& bytes) {
  hs_database_t* database = nullptr;
  const hs_error_t code =
      hs_deserialize_database(bytes.data(), bytes.size(), &database);
  return Database(code == HS_SUCCESS ? database : nullptr);
}

std::string Serialize(const Database& database) {
  char* bytes = nullptr;
  size_t size = 0;
  if (hs_serialize_database(database.get(), &bytes, &size) != HS_SUCCESS) {
    return {};
  }
  std::string serialized(bytes, size);
  std::free(bytes);
  return serialized;
}

absl::StatusOr<Database> CompileDatabase(const Expressions& expressions) {
  if (expressions.texts.empty()) return Database();
  std::vector<const char*> texts;
  std::vector<unsigned> ids;
  for (const std::string& text : expressions.texts) {
    ids.push_back(static_cast<unsigned>(texts.size()));
    texts.push_back(text.c_str());
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t code =
      hs_compile_multi(texts.data(), expressions.flags.data(), ids.data(),
                       static_cast<unsigned>(texts.size()), HS_MODE_BLOCK,
                       nullptr, &database, &error);
  const CompileError owned_error(error);
  if (code == HS_SUCCESS) return Database(database);
  const std::string message = error == nullptr ? "no memory" : error->message;
  if (error == nullptr || error->expression < 0) {
    return absl::ResourceExhaustedError(message);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "regex '", expressions.texts[error->expression], "': ", message));
}

absl::StatusOr<Database> CompileOrTake(const Expressions& expressions,
                                       const CompileCache* cache) {
  if (cache == nullptr) return CompileDatabase(expressions);
  const std::string key = CompileCache::KeyOf(SourceOf(expressions));
  if (const auto bytes = cache->Get(key)) {
    Database database = Deserialize(*bytes);
    if (database != nullptr) return database;
  }
  absl::StatusOr<Database> compiled = CompileDatabase(expressions);
  if (compiled.ok() && *compiled != nullptr) {
    const std::string bytes = Serialize(*compiled);
    if (!bytes.empty()) cache->Put(key, bytes);
  }
  return compiled;
}

// An expression that the scan found, and the byte where it ends.
struct Raw {
  uint32_t id = 0;
  uint32_t end = 0;
};

// Expressions that are scanned for together.
struct Part {
  Database database;      // Null: it has no expressions.
  uint32_t first_id = 0;  // Of its first expression.
};

struct Sink {
  std::vector<Raw>& raws;
  uint32_t first_id = 0;
};

int Collect(unsigned id, unsigned long long /*from*/, unsigned long long to,
            unsigned /*flags*/, void* sink) {
  auto& [raws, first_id] = *static_cast<Sink*>(sink);
  raws.push_back({first_id + id, static_cast<uint32_t>(to)});
  return 0;
}

void Scan(const Part& part, absl::string_view text, hs_scratch_t* scratch,
          std::vector<Raw>& raws) {
  if (part.database == nullptr) return;
  Sink sink = {raws, part.first_id};
  const hs_error_t code =
      hs_scan(part.database.get(), text.data(),
              static_cast<unsigned>(text.size()), 0, scratch, Collect, &sink);
  SLUICE_CHECK(code == HS_SUCCESS);
}

// How many characters of \w a regex needs. Many texts in Chinese have none or a
// digit or two, which 一 is folded to as well.
enum class Need : uint8_t { kNone, kFew, kMany };
constexpr size_t kNeeds = 3;
constexpr uint32_t kManyMin = 4;

Need NeedOf(uint32_t word_characters) {
  if (word_characters >= kManyMin) return Need::kMany;
  return word_characters > 0 ? Need::kFew : Need::kNone;
}

// What every match of `regex` has.
Need NeedOf(const std::string& regex) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  hs_expression_info(OnlyWordCharacters(regex).c_str(),
                     HS_FLAG_UTF8 | HS_FLAG_ALLOWEMPTY, &info, &error);
  const CompileError owned_error(error);
  const uint32_t least = info == nullptr ? 0 : info->min_width;
  std::free(info);
  return NeedOf(least);
}

// What a text has.
Need MetBy(absl::string_view text) {
  uint32_t count = 0;
  const auto count_in = [&count](const char* piece, size_t size) {
    uint8_t of_piece = 0;
    for (size_t i = 0; i < size; ++i) of_piece += IsWordCharacter(piece[i]);
    count += of_piece;
  };
  // Of a size that the compiler knows: it counts them in one go.
  constexpr size_t kPiece = 32;
  for (; text.size() >= kPiece; text.remove_prefix(kPiece)) {
    count_in(text.data(), kPiece);
  }
  count_in(text.data(), text.size());
  return NeedOf(count);
}

RE2::Options Re2Options() {
  RE2::Options options;
  options.set_longest_match(true);
  options.set_log_errors(false);
  return options;
}

// Calls `visit` with where `regex` matches in `text`, in bytes: each match
// begins as early as it can, is as long as it can be, and begins after the last
// one's end.
template <typename Visit>
void ForEachMatch(const RE2& regex, absl::string_view text,
                  const Visit& visit) {
  const re2::StringPiece all(text.data(), text.size());
  re2::StringPiece match;
  size_t at = 0;
  while (regex.Match(all, at, all.size(), RE2::UNANCHORED, &match, 1) &&
         !match.empty()) {
    const auto begin = static_cast<size_t>(match.data() - all.data());
    at = begin + match.size();
    visit(begin, at);
  }
}

}  // namespace

struct Matcher::State {
  // Whose hit a word is. All words' owners stand in one row, and their marks in
  // another, so that a hit reads few lines of memory.
  struct Owner {
    uint32_t set = 0;
    uint32_t pattern = 0;
    uint32_t marks = 0;  // Where they begin in `marks`.
    uint16_t marks_size = 0;
    bool whole_begin = true;
    bool whole_end = true;
  };
  // A word, by expression id.
  struct Literal {
    uint32_t size = 0;    // Bytes.
    uint32_t owners = 0;  // Where they begin in `owners`; up to the next one's.
    // It begins, ends with a letter or digit, which may go on in a text.
    bool may_go_on_before = false;
    bool may_go_on_after = false;
  };
  struct Regex {
    std::unique_ptr<RE2> re2;
    uint32_t set = 0;
    uint32_t pattern = 0;
  };

  // Numbers matchers, so that a scratch knows which one it is ready for, also
  // after that one is gone and another stands at its address.
  uint64_t number = 0;
  rules::v1::FoldingLevel level = rules::v1::FOLDING_LEVEL_UNSPECIFIED;
  // Expressions [0, literals.size() - 1), then an end.
  std::vector<Literal> literals;
  std::vector<Owner> owners;
  Marks marks;
  std::vector<Regex> regexes;  // The expressions after.
  // Apart, because Hyperscan finds words alone several times as fast.
  Part words;
  // By Need of their regexes; but the last has all regexes, so that a text that
  // meets every need is scanned once.
  std::array<Part, kNeeds> needing;

  void AddWords(const std::vector<Patterns::Pattern>& added,
                Expressions& expressions);
  // Adds the regexes with this need.
  absl::Status AddRegexes(const std::vector<Patterns::Pattern>& added,
                          Need need, Expressions& expressions);

  template <typename Visit>
  void ForEachPart(const Visit& visit) const {
    visit(words);
    for (const Part& part : needing) visit(part);
  }
};

struct MatchScratch::State {
  uint64_t ready_for = 0;  // Number of a matcher.
  hs_scratch_t* scratch = nullptr;
  std::vector<Raw> raws;
  std::vector<uint32_t> way_back;
  std::string text;  // For regexes.

  ~State() { hs_free_scratch(scratch); }
};

MatchScratch::MatchScratch() : state_(std::make_unique<State>()) {}
MatchScratch::~MatchScratch() = default;

Matcher::Matcher(std::unique_ptr<const State> state)
    : state_(std::move(state)) {}
Matcher::~Matcher() = default;

std::string Matcher::RegexFault(const std::string& regex) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  hs_expression_info(Loosened(regex).c_str(), kRegexFlags, &info, &error);
  const CompileError owned_error(error);
  if (info == nullptr) return error == nullptr ? "no memory" : error->message;
  const bool may_be_empty = info->min_width == 0;
  std::free(info);
  if (may_be_empty) return "It matches the empty text.";
  const RE2 re2(regex, Re2Options());
  return re2.ok() ? "" : re2.error();
}

// Each word once, in the order in which they come first.
void Matcher::State::AddWords(const std::vector<Patterns::Pattern>& added,
                              Expressions& expressions) {
  std::map<absl::string_view, size_t> numbers;
  std::vector<std::vector<const Patterns::Pattern*>> by_text;
  for (const Patterns::Pattern& word : added) {
    SLUICE_CHECK(!word.text.empty());
    const auto [at, is_new] = numbers.emplace(word.text, by_text.size());
    if (is_new) by_text.emplace_back();
    by_text[at->second].push_back(&word);
  }
  for (const std::vector<const Patterns::Pattern*>& same : by_text) {
    const std::string& text = same.front()->text;
    const auto is_kept = [](char c) {
      return absl::ascii_isalnum(static_cast<unsigned char>(c));
    };
    literals.push_back({static_cast<uint32_t>(text.size()),
                        static_cast<uint32_t>(owners.size()),
                        is_kept(text.front()), is_kept(text.back())});
    expressions.Add(Escape(text), 0);
    for (const Patterns::Pattern* word : same) {
      owners.push_back({word->set, word->pattern,
                        static_cast<uint32_t>(marks.size()),
                        static_cast<uint16_t>(word->marks.size()),
                        word->whole_begin, word->whole_end});
      marks.insert(marks.end(), word->marks.begin(), word->marks.end());
    }
  }
  literals.push_back({0, static_cast<uint32_t>(owners.size())});
}

absl::Status Matcher::State::AddRegexes(
    const std::vector<Patterns::Pattern>& added, Need need,
    Expressions& expressions) {
  for (const Patterns::Pattern& regex : added) {
    const std::string scanned =
        regex.scanned.empty() ? Loosened(regex.text) : regex.scanned;
    if (NeedOf(scanned) != need) continue;
    expressions.Add(scanned, kRegexFlags);
    regexes.push_back({std::make_unique<RE2>(regex.text, Re2Options()),
                       regex.set, regex.pattern});
    const RE2& re2 = *regexes.back().re2;
    if (re2.ok()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("regex '", regex.text, "': ", re2.error()));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<const Matcher>> Matcher::Compile(
    const Patterns& patterns, const CompileCache* cache) {
  static std::atomic<uint64_t> matchers = 0;
  auto state = std::make_unique<State>();
  state->number = ++matchers;
  state->level = patterns.level;
  Expressions words;
  state->AddWords(patterns.words, words);
  const auto literals = static_cast<uint32_t>(words.texts.size());
  SLUICE_ASSIGN_OR_RETURN(state->words.database, CompileOrTake(words, cache));
  Expressions all;
  for (size_t need = 0; need < kNeeds; ++need) {
    Part& part = state->needing[need];
    Expressions regexes;
    part.first_id = literals + static_cast<uint32_t>(state->regexes.size());
    SLUICE_RETURN_IF_ERROR(
        state->AddRegexes(patterns.regexes, static_cast<Need>(need), regexes));
    all.Append(regexes);
    const bool last = need + 1 == kNeeds;
    if (last) part.first_id = literals;
    SLUICE_ASSIGN_OR_RETURN(part.database,
                            CompileOrTake(last ? all : regexes, cache));
  }
  return std::unique_ptr<const Matcher>(new Matcher(std::move(state)));
}

template <typename Text>
void Matcher::Match(const Text& text, MatchScratch& match_scratch,
                    std::vector<Found>& found) const {
  MatchScratch::State& scratch = *match_scratch.state_;
  if (scratch.ready_for != state_->number) {
    state_->ForEachPart([&scratch](const Part& part) {
      SLUICE_CHECK(part.database == nullptr ||
                   hs_alloc_scratch(part.database.get(), &scratch.scratch) ==
                       HS_SUCCESS);
    });
    scratch.ready_for = state_->number;
  }
  scratch.raws.clear();
  Scan(state_->words, text.bytes, scratch.scratch, scratch.raws);
  if (!state_->regexes.empty()) {
    const auto met = static_cast<size_t>(MetBy(text.bytes));
    for (size_t need = met + 1 == kNeeds ? met : 0; need <= met; ++need) {
      Scan(state_->needing[need], text.bytes, scratch.scratch, scratch.raws);
    }
  }
  if (scratch.raws.empty()) return;

  const auto back = text.WayBack(scratch.way_back);
  const size_t literals = state_->literals.size() - 1;
  const rules::v1::FoldingLevel level = state_->level;
  absl::string_view for_regexes;
  for (const Raw& raw : scratch.raws) {
    if (raw.id >= literals) {
      const State::Regex& regex = state_->regexes[raw.id - literals];
      if (for_regexes.empty()) for_regexes = back.ForRegexes(scratch.text);
      ForEachMatch(*regex.re2, for_regexes, [&](size_t begin, size_t end) {
        found.push_back({regex.set, back.BeginOf(begin), back.EndOf(end),
                         regex.pattern, level});
      });
      continue;
    }
    const State::Literal* const literal = &state_->literals[raw.id];
    const size_t begin = raw.end - literal->size;
    const bool goes_on_before =
        literal->may_go_on_before && back.JoinedAt(begin);
    const bool goes_on_after =
        literal->may_go_on_after && back.JoinedAt(raw.end);
    for (uint32_t i = literal->owners; i < literal[1].owners; ++i) {
      const State::Owner& owner = state_->owners[i];
      if (owner.whole_begin && goes_on_before) continue;
      if (owner.whole_end && goes_on_after) continue;
      const absl::Span<const Mark> marks(state_->marks.data() + owner.marks,
                                         owner.marks_size);
      if (!back.Fits(begin, marks)) continue;
      found.push_back({owner.set, back.BeginOf(begin), back.EndOf(raw.end),
                       owner.pattern, level});
    }
  }
}

template void Matcher::Match(const FoldedText&, MatchScratch&,
                             std::vector<Found>&) const;
template void Matcher::Match(const Spelling&, MatchScratch&,
                             std::vector<Found>&) const;

size_t Matcher::size_bytes() const {
  size_t all = 0;
  state_->ForEachPart([&all](const Part& part) {
    size_t size = 0;
    if (part.database == nullptr) return;
    hs_database_size(part.database.get(), &size);
    all += size;
  });
  return all;
}

}  // namespace sluice::rules
