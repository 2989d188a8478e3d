#include "rules/matcher.h"

#include <hs.h>
#include <re2/re2.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "filter/base/check.h"
#include "filter/base/status_macros.h"
#include "rules/loosen.h"

namespace sluice::rules {
namespace {

// The scan only asks whether a regex may hit; whether and where it does is
// RE2's part. Start of match in Hyperscan costs a multiple of the scan, and it
// refuses patterns that people do write.
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

enum class Kind : uint8_t { kOther, kLetter, kDigit };

Kind KindOf(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (absl::ascii_isalpha(byte)) return Kind::kLetter;
  return absl::ascii_isdigit(byte) ? Kind::kDigit : Kind::kOther;
}

// Whether `left` and `right`, side by side, are one word or one number.
bool Joined(char left, char right) {
  return KindOf(left) != Kind::kOther && KindOf(left) == KindOf(right);
}

// [begin, end) in bytes of the folded text; `id` of the expression, which is
// the pattern, and of the set once it is known.
struct Raw {
  uint32_t id = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t set = 0;
};

int Collect(unsigned id, unsigned long long from, unsigned long long to,
            unsigned /*flags*/, void* raws) {
  static_cast<std::vector<Raw>*>(raws)->push_back(
      {id, static_cast<uint32_t>(from), static_cast<uint32_t>(to)});
  return 0;
}

void Scan(const Database& database, absl::string_view text,
          hs_scratch_t* scratch, std::vector<Raw>& raws) {
  raws.clear();
  const hs_error_t code =
      hs_scan(database.get(), text.data(), static_cast<unsigned>(text.size()),
              0, scratch, Collect, &raws);
  SLUICE_CHECK(code == HS_SUCCESS);
}

RE2::Options Re2Options() {
  RE2::Options options;
  options.set_longest_match(true);
  options.set_log_errors(false);
  return options;
}

// Where `regex` matches in `text`: each match begins as early as it can, is as
// long as it can be, and begins after the last one's end.
void FindAll(const RE2& regex, absl::string_view text, uint32_t id,
             uint32_t set, std::vector<Raw>& hits) {
  const re2::StringPiece all(text.data(), text.size());
  re2::StringPiece match;
  size_t at = 0;
  while (regex.Match(all, at, all.size(), RE2::UNANCHORED, &match, 1) &&
         !match.empty()) {
    const auto begin = static_cast<size_t>(match.data() - all.data());
    at = begin + match.size();
    hits.push_back(
        {id, static_cast<uint32_t>(begin), static_cast<uint32_t>(at), set});
  }
}

bool Covers(const std::vector<Raw>& allowed, const Raw& hit) {
  return std::any_of(allowed.begin(), allowed.end(), [&](const Raw& phrase) {
    return phrase.begin <= hit.begin && hit.end <= phrase.end;
  });
}

}  // namespace

struct Matcher::State {
  // A word or phrase of the first database, by expression id.
  struct Literal {
    std::string text;
    std::vector<uint32_t> sets;  // None: an allowed phrase.
  };

  // Numbers matchers, so that a scratch knows which one it is ready for, also
  // after that one is gone and another stands at its address.
  uint64_t number = 0;
  std::vector<Literal> literals;     // Expressions [0, literals.size()).
  std::vector<uint32_t> regex_sets;  // Of those after.
  std::vector<std::unique_ptr<RE2>> regexes;  // The same.
  Database database;

  // Whether the literal that ends at `end` of `text` stands by itself there.
  bool StandsAlone(const Literal& literal, absl::string_view text,
                   size_t end) const {
    const size_t begin = end - literal.text.size();
    return (begin == 0 || !Joined(text[begin - 1], literal.text.front())) &&
           (end == text.size() || !Joined(literal.text.back(), text[end]));
  }
};

struct MatchScratch::State {
  uint64_t ready_for = 0;  // Number of a matcher.
  hs_scratch_t* scratch = nullptr;
  std::vector<Raw> raws;
  std::vector<Raw> hits;
  std::vector<Raw> allowed;
  std::vector<uint32_t> origins;

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
  hs_expression_info(regex.c_str(), kRegexFlags, &info, &error);
  const CompileError owned_error(error);
  if (info == nullptr) return error == nullptr ? "no memory" : error->message;
  const bool may_be_empty = info->min_width == 0;
  std::free(info);
  if (may_be_empty) return "It matches the empty text.";
  const RE2 re2(regex, Re2Options());
  return re2.ok() ? "" : re2.error();
}

absl::StatusOr<std::unique_ptr<const Matcher>> Matcher::Compile(
    const Patterns& patterns) {
  static std::atomic<uint64_t> matchers = 0;
  auto state = std::make_unique<State>();
  state->number = ++matchers;
  std::map<absl::string_view, std::vector<uint32_t>> words;
  for (const Patterns::Pattern& word : patterns.words) {
    SLUICE_CHECK(!word.text.empty());
    words[word.text].push_back(word.set);
  }
  for (auto& [text, sets] : words) {
    std::sort(sets.begin(), sets.end());
    sets.erase(std::unique(sets.begin(), sets.end()), sets.end());
    state->literals.push_back({std::string(text), std::move(sets)});
  }
  for (const std::string& phrase : patterns.allowed_phrases) {
    SLUICE_CHECK(!phrase.empty());
    state->literals.push_back({phrase, {}});
  }
  Expressions expressions;
  for (const State::Literal& literal : state->literals) {
    expressions.Add(Escape(literal.text), 0);
  }
  for (const Patterns::Pattern& regex : patterns.regexes) {
    expressions.Add(Loosened(regex.text), kRegexFlags);
    state->regex_sets.push_back(regex.set);
    state->regexes.push_back(std::make_unique<RE2>(regex.text, Re2Options()));
    if (state->regexes.back()->ok()) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "regex '", regex.text, "': ", state->regexes.back()->error()));
  }
  SLUICE_ASSIGN_OR_RETURN(state->database, CompileDatabase(expressions));
  return std::unique_ptr<const Matcher>(new Matcher(std::move(state)));
}

void Matcher::Match(const FoldedText& folded, MatchScratch& match_scratch,
                    std::vector<Found>& found) const {
  if (state_->database == nullptr) return;
  MatchScratch::State& scratch = *match_scratch.state_;
  if (scratch.ready_for != state_->number) {
    SLUICE_CHECK(hs_alloc_scratch(state_->database.get(), &scratch.scratch) ==
                 HS_SUCCESS);
    scratch.ready_for = state_->number;
  }
  const absl::string_view text = folded.bytes;
  Scan(state_->database, text, scratch.scratch, scratch.raws);
  if (scratch.raws.empty()) return;

  scratch.hits.clear();
  scratch.allowed.clear();
  for (const Raw& raw : scratch.raws) {
    if (raw.id >= state_->literals.size()) {
      const size_t regex = raw.id - state_->literals.size();
      FindAll(*state_->regexes[regex], text, raw.id, state_->regex_sets[regex],
              scratch.hits);
      continue;
    }
    const State::Literal& literal = state_->literals[raw.id];
    if (!state_->StandsAlone(literal, text, raw.end)) continue;
    const auto begin = static_cast<uint32_t>(raw.end - literal.text.size());
    if (literal.sets.empty()) scratch.allowed.push_back({0, begin, raw.end});
    for (const uint32_t set : literal.sets) {
      scratch.hits.push_back({raw.id, begin, raw.end, set});
    }
  }
  if (scratch.hits.empty()) return;

  folded.Origins(scratch.origins);
  const auto first = static_cast<ptrdiff_t>(found.size());
  for (const Raw& hit : scratch.hits) {
    if (Covers(scratch.allowed, hit)) continue;
    found.push_back({hit.set, scratch.origins[hit.begin],
                     scratch.origins[hit.end - 1] + 1, hit.id});
  }
  std::sort(found.begin() + first, found.end(),
            [](const Found& a, const Found& b) {
              return std::tie(a.set, a.begin, a.end, a.pattern) <
                     std::tie(b.set, b.begin, b.end, b.pattern);
            });
  found.erase(std::unique(found.begin() + first, found.end()), found.end());
}

absl::string_view Matcher::PatternText(uint32_t pattern) const {
  return pattern < state_->literals.size()
             ? absl::string_view(state_->literals[pattern].text)
             : state_->regexes[pattern - state_->literals.size()]->pattern();
}

size_t Matcher::size_bytes() const {
  size_t size = 0;
  if (state_->database != nullptr) {
    hs_database_size(state_->database.get(), &size);
  }
  return size;
}

}  // namespace sluice::rules
