#include "rules/matcher.h"

#include <hs.h>
#include <re2/re2.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "filter/base/check.h"
#include "filter/base/status_macros.h"
#include "rules/loosen.h"
#include "rules/spelling.h"

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

// [begin, end) in bytes of the scanned text; `id` of the expression.
struct Raw {
  uint32_t id = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
  // Its first, last letter or digit goes on in the text.
  bool goes_on_before = false;
  bool goes_on_after = false;
};

int Collect(unsigned id, unsigned long long from, unsigned long long to,
            unsigned /*flags*/, void* raws) {
  static_cast<std::vector<Raw>*>(raws)->push_back(
      {id, static_cast<uint32_t>(from), static_cast<uint32_t>(to), false,
       false});
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
             std::vector<Raw>& hits) {
  const re2::StringPiece all(text.data(), text.size());
  re2::StringPiece match;
  size_t at = 0;
  while (regex.Match(all, at, all.size(), RE2::UNANCHORED, &match, 1) &&
         !match.empty()) {
    const auto begin = static_cast<size_t>(match.data() - all.data());
    at = begin + match.size();
    hits.push_back({id, static_cast<uint32_t>(begin), static_cast<uint32_t>(at),
                    false, false});
  }
}

bool Covers(const std::vector<Raw>& allowed, const Raw& hit) {
  return std::any_of(allowed.begin(), allowed.end(), [&](const Raw& phrase) {
    return phrase.begin <= hit.begin && hit.end <= phrase.end;
  });
}

}  // namespace

struct Matcher::State {
  // Whose hit an expression is.
  struct Owner {
    uint32_t set = 0;
    uint32_t pattern = 0;
    std::string marks;
    bool whole_begin = true;
    bool whole_end = true;
  };
  // A word or phrase, by expression id.
  struct Literal {
    std::string text;
    std::vector<Owner> owners;
    bool allowed = false;  // A phrase that removes what it covers.
    // It begins, ends with a letter or digit, which may go on in a text.
    bool may_go_on_before = false;
    bool may_go_on_after = false;
  };
  struct Regex {
    std::unique_ptr<RE2> re2;
    Owner owner;
  };

  // Numbers matchers, so that a scratch knows which one it is ready for, also
  // after that one is gone and another stands at its address.
  uint64_t number = 0;
  v1::FoldingLevel level = v1::FOLDING_LEVEL_UNSPECIFIED;
  std::vector<Literal> literals;  // Expressions [0, literals.size()).
  std::vector<Regex> regexes;     // Those after.
  Database database;
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
    const Patterns& patterns, const CompileCache* cache) {
  static std::atomic<uint64_t> matchers = 0;
  auto state = std::make_unique<State>();
  state->number = ++matchers;
  state->level = patterns.level;
  std::map<absl::string_view, size_t> literals;
  const auto literal_of = [&](const std::string& text) -> State::Literal& {
    SLUICE_CHECK(!text.empty());
    const auto [at, added] = literals.emplace(text, state->literals.size());
    if (added) {
      const auto is_kept = [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c));
      };
      state->literals.push_back(
          {text, {}, false, is_kept(text.front()), is_kept(text.back())});
    }
    return state->literals[at->second];
  };
  for (const Patterns::Pattern& word : patterns.words) {
    literal_of(word.text).owners.push_back(
        {word.set, word.pattern, word.marks, word.whole_begin, word.whole_end});
  }
  for (const std::string& phrase : patterns.allowed_phrases) {
    literal_of(phrase).allowed = true;
  }
  Expressions expressions;
  for (const State::Literal& literal : state->literals) {
    expressions.Add(Escape(literal.text), 0);
  }
  for (const Patterns::Pattern& regex : patterns.regexes) {
    expressions.Add(Loosened(regex.text), kRegexFlags);
    state->regexes.push_back({std::make_unique<RE2>(regex.text, Re2Options()),
                              {regex.set, regex.pattern, {}}});
    const RE2& re2 = *state->regexes.back().re2;
    if (re2.ok()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("regex '", regex.text, "': ", re2.error()));
  }
  SLUICE_ASSIGN_OR_RETURN(state->database, CompileOrTake(expressions, cache));
  return std::unique_ptr<const Matcher>(new Matcher(std::move(state)));
}

template <typename Text>
void Matcher::Match(const Text& text, MatchScratch& match_scratch,
                    std::vector<Found>& found) const {
  if (state_->database == nullptr) return;
  MatchScratch::State& scratch = *match_scratch.state_;
  if (scratch.ready_for != state_->number) {
    SLUICE_CHECK(hs_alloc_scratch(state_->database.get(), &scratch.scratch) ==
                 HS_SUCCESS);
    scratch.ready_for = state_->number;
  }
  Scan(state_->database, text.bytes, scratch.scratch, scratch.raws);
  if (scratch.raws.empty()) return;

  const size_t literals = state_->literals.size();
  scratch.hits.clear();
  scratch.allowed.clear();
  for (const Raw& raw : scratch.raws) {
    if (raw.id >= literals) {
      FindAll(*state_->regexes[raw.id - literals].re2, text.bytes, raw.id,
              scratch.hits);
      continue;
    }
    const State::Literal& literal = state_->literals[raw.id];
    const auto begin = static_cast<uint32_t>(raw.end - literal.text.size());
    const Raw hit = {raw.id, begin, raw.end,
                     literal.may_go_on_before && text.JoinedAt(begin),
                     literal.may_go_on_after && text.JoinedAt(raw.end)};
    if (literal.allowed && !hit.goes_on_before && !hit.goes_on_after) {
      scratch.allowed.push_back(hit);
    }
    if (!literal.owners.empty()) scratch.hits.push_back(hit);
  }
  if (scratch.hits.empty()) return;
  const auto& way_back = text.WayBack(scratch.origins);
  for (const Raw& hit : scratch.hits) {
    if (Covers(scratch.allowed, hit)) continue;
    const uint32_t begin = way_back.BeginOf(hit.begin);
    const uint32_t end = way_back.EndOf(hit.end);
    const auto add = [&](const State::Owner& owner) {
      found.push_back({owner.set, begin, end, owner.pattern, state_->level});
    };
    if (hit.id >= literals) {
      add(state_->regexes[hit.id - literals].owner);
      continue;
    }
    for (const State::Owner& owner : state_->literals[hit.id].owners) {
      if (owner.whole_begin && hit.goes_on_before) continue;
      if (owner.whole_end && hit.goes_on_after) continue;
      if (text.Fits(hit.begin, owner.marks)) add(owner);
    }
  }
}

template void Matcher::Match(const FoldedText&, MatchScratch&,
                             std::vector<Found>&) const;
template void Matcher::Match(const Spelling&, MatchScratch&,
                             std::vector<Found>&) const;

size_t Matcher::size_bytes() const {
  size_t size = 0;
  if (state_->database != nullptr) {
    hs_database_size(state_->database.get(), &size);
  }
  return size;
}

}  // namespace sluice::rules
