#include "rules/rule_set.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "filter/base/status_macros.h"
#include "rules/faults.h"
#include "rules/pack.h"

namespace sluice::rules {
namespace {

constexpr size_t kIdSizeMax = 15;  // Stays off the heap, in every record.
constexpr size_t kIdDigits = 7;    // Of 5 bits each.

// "cn-2015@" and the beginning of the digest in base 32 (RFC 4648, lower case).
std::string MakeId(absl::string_view name, absl::string_view digest) {
  static constexpr char kDigits[] = "abcdefghijklmnopqrstuvwxyz234567";
  const std::string bytes = absl::HexStringToBytes(digest.substr(0, 10));
  uint64_t bits = 0;
  for (const unsigned char byte : bytes) bits = bits << 8 | byte;
  std::string id(name.substr(0, kIdSizeMax - 1 - kIdDigits));
  id += '@';
  for (size_t i = 0; i < kIdDigits; ++i) {
    id += kDigits[bits >> (35 - 5 * i) & 31];
  }
  return id;
}

// Rules that are off are checked, but not looked for.
Patterns PatternsOf(const Pack& pack) {
  Patterns patterns;
  for (int i = 0; i < pack.rules.rules_size(); ++i) {
    const v1::ContentRule& rule = pack.rules.rules(i);
    const auto index = static_cast<uint32_t>(i);
    if (rule.mode() == v1::CHECK_MODE_OFF) continue;
    for (const std::string& word : rule.words()) {
      patterns.words.push_back({FoldWord(word), index});
    }
    for (const std::string& id : rule.word_lists()) {
      for (const Word& word : pack.lists.at(id)) {
        patterns.words.push_back({word.folded, index});
      }
    }
    for (const std::string& regex : rule.regexes()) {
      patterns.regexes.push_back({regex, index});
    }
  }
  for (const std::string& phrase : pack.rules.allow_phrases()) {
    patterns.allowed_phrases.push_back(FoldWord(phrase));
  }
  return patterns;
}

// Finds out which regexes made Hyperscan give up, one by one.
void AddCompileFaults(const Pack& pack, const absl::Status& status,
                      Faults& faults) {
  for (int i = 0; i < pack.rules.rules_size(); ++i) {
    for (int j = 0; j < pack.rules.rules(i).regexes_size(); ++j) {
      const auto alone =
          Matcher::Compile({.regexes = {{pack.rules.rules(i).regexes(j), 0}}});
      if (alone.ok()) continue;
      const std::string at = absl::StrCat("rules[", i, "].regexes[", j, "]");
      faults.Add(pack.rules_file.path, pack.rules_file.positions.At(at),
                 absl::StrCat("cannot be compiled, make it simpler: ",
                              alone.status().message()));
    }
  }
  if (faults.empty()) {
    faults.Add(pack.rules_file.path, {0, 0},
               absl::StrCat("too much to compile: ", status.message()));
  }
}

}  // namespace

struct RuleSet::State {
  Pack pack;
  std::vector<v1::ContentRule> rules;  // pack.rules.rules(), side by side.
  std::unique_ptr<const Matcher> matcher;
  std::string id;
};

RuleSet::RuleSet(std::unique_ptr<const State> state)
    : state_(std::move(state)) {}
RuleSet::~RuleSet() = default;

absl::StatusOr<std::shared_ptr<const RuleSet>> RuleSet::Load(
    const std::string& path) {
  Faults faults;
  auto state = std::make_unique<State>();
  state->pack = ReadPack(path, faults);
  CheckPack(state->pack, faults);
  SLUICE_RETURN_IF_ERROR(faults.ToStatus());
  FillDefaults(state->pack);
  state->rules.assign(state->pack.rules.rules().begin(),
                      state->pack.rules.rules().end());
  auto matcher = Matcher::Compile(PatternsOf(state->pack));
  if (!matcher.ok()) {
    AddCompileFaults(state->pack, matcher.status(), faults);
    return faults.ToStatus();
  }
  state->matcher = *std::move(matcher);
  state->id = MakeId(state->pack.header.name(), state->pack.digest);
  return std::shared_ptr<const RuleSet>(new RuleSet(std::move(state)));
}

const v1::PackHeader& RuleSet::header() const { return state_->pack.header; }
const v1::PackPolicy& RuleSet::policy() const { return state_->pack.policy; }
const v1::PackArticles& RuleSet::articles() const {
  return state_->pack.articles;
}

absl::Span<const v1::ContentRule> RuleSet::rules() const {
  return state_->rules;
}

uint32_t RuleSet::list_words() const {
  size_t words = 0;
  for (const auto& [id, list] : state_->pack.lists) words += list.size();
  return static_cast<uint32_t>(words);
}

absl::string_view RuleSet::id() const { return state_->id; }
absl::string_view RuleSet::digest() const { return state_->pack.digest; }

void RuleSet::Match(const FoldedText& folded, MatchScratch& scratch,
                    std::vector<Hit>& hits) const {
  state_->matcher->Match(folded, scratch, hits);
}

}  // namespace sluice::rules
