#include "rules/rule_set.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/base/characters.h"
#include "rules/base/check.h"
#include "rules/base/faults.h"
#include "rules/base/status_macros.h"
#include "rules/base/whole_characters.h"
#include "rules/example_faults.h"
#include "rules/fold/han_tables.h"
#include "rules/match/contact_sets.h"
#include "rules/match/lifting.h"
#include "rules/match/regex_fold.h"
#include "rules/match/scanner.h"
#include "rules/match/weight_sets.h"
#include "rules/pack/pack.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

constexpr size_t kIdSizeMax = 15;  // Stays off the heap, in every record.
constexpr size_t kIdDigits = 7;    // Of 5 bits each.
constexpr auto kLiftsMax = rules::v1::FOLDING_LEVEL_NORMAL;
constexpr uint32_t kNoRule = std::numeric_limits<uint32_t>::max();

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

// Everything that is to be looked for, and what is made of it. Rules that are
// off are checked, but not looked for.
struct Compiled {
  // By index of the rule; of a rule that is off: nothing.
  std::vector<std::optional<MatchTree>> trees;
  // Of a rule, the set of the phrases that remove its hits.
  std::vector<std::optional<uint32_t>> allowed;
  std::vector<uint32_t> rule_of_set;
  // The sets under a `not`.
  absl::flat_hash_set<uint32_t> lifting_sets;
  // Of a rule, its sets: [begin, end).
  std::vector<std::pair<uint32_t, uint32_t>> sets;
  // Rules that may hit a text of which nothing is found.
  std::vector<uint32_t> without_hits;
  ContactSets contacts;
  WeightSets weights;
  Sought sought;
};

// The level at which a set asks for its patterns. What lifts hits must stand in
// the text as it is written: by sound 加客服 would be the caution 假客服.
rules::v1::FoldingLevel LevelOf(const PatternSet& set,
                                rules::v1::FoldingLevel level) {
  return set.lifts ? std::min(level, kLiftsMax) : level;
}

// What is looked for: a word, or each of its spellings.
template <typename Visit>
void ForEachText(const Word& word, rules::v1::FoldingLevel level,
                 const Visit& visit) {
  if (level == rules::v1::FOLDING_LEVEL_EXACT) {
    word.ForEachSpelling(visit);
  } else {
    visit(word.text);
  }
}

void AddSet(const Pack& pack, const PatternSet& from, uint32_t set,
            rules::v1::FoldingLevel folding, Compiled& compiled) {
  const rules::v1::FoldingLevel level = LevelOf(from, folding);
  if (from.links != nullptr) {
    compiled.contacts.Add(set, *from.links, pack.domain_lists);
  } else if (from.contacts != nullptr) {
    compiled.contacts.Add(set, *from.contacts);
  } else if (from.weight != nullptr) {
    compiled.weights.Add(set, *from.weight);
  }
  Sought& sought = compiled.sought;
  for (const std::string& id : *from.word_lists) {
    for (const Word& word : pack.lists.at(id)) {
      ForEachText(word, level, [&](const std::string& text) {
        sought.patterns.push_back({text, false, set, level, from.lifts});
      });
    }
  }
  for (const std::string& word : *from.words) {
    sought.patterns.push_back({word, false, set, level, from.lifts});
  }
  for (const std::string& regex : *from.regexes) {
    sought.patterns.push_back({regex, true, set, level, from.lifts});
  }
}

Compiled CompileRules(const Pack& pack) {
  Compiled compiled;
  Sought& sought = compiled.sought;
  compiled.weights.SetTables(pack);
  uint32_t sets = 0;
  for (int i = 0; i < pack.rules.rules_size(); ++i) {
    const rules::v1::ContentRule& rule = pack.rules.rules(i);
    std::optional<MatchTree>& tree = compiled.trees.emplace_back();
    std::optional<uint32_t>& allowed = compiled.allowed.emplace_back();
    std::pair<uint32_t, uint32_t>& mine =
        compiled.sets.emplace_back(sets, sets);
    if (rule.mode() == rules::v1::CHECK_MODE_OFF) continue;
    uint32_t set = sets;
    ForEachSet(rule, "", [&](const PatternSet& from, const std::string&) {
      if (from.lifts) compiled.lifting_sets.insert(set);
      AddSet(pack, from, set++, rule.folding(), compiled);
    });
    tree = MatchTree::Build(rule, sets);
    SLUICE_CHECK(set == sets);
    if (!rule.allow_phrases().empty()) {
      allowed = sets++;
      for (const std::string& phrase : rule.allow_phrases()) {
        // By sound a phrase would silence what it is not.
        sought.patterns.push_back(
            {phrase, false, *allowed,
             std::min(rule.folding(), rules::v1::FOLDING_LEVEL_EVASIVE),
             /*lifts=*/true});
      }
    }
    mine.second = sets;
    compiled.rule_of_set.resize(sets, static_cast<uint32_t>(i));
    if (tree->MayHoldWithoutHits()) {
      compiled.without_hits.push_back(static_cast<uint32_t>(i));
    }
  }
  sought.allowed_phrases.assign(pack.rules.allow_phrases().begin(),
                                pack.rules.allow_phrases().end());
  sought.strict_words.assign(pack.rules.strict_words().begin(),
                             pack.rules.strict_words().end());
  sought.sounds = pack.rules.sounds();
  return compiled;
}

// Finds out which regexes made Hyperscan give up, one by one.
void AddCompileFaults(const Pack& pack, const absl::Status& status,
                      Faults& faults, const StopAsked& stop) {
  for (int i = 0; i < pack.rules.rules_size(); ++i) {
    const rules::v1::ContentRule& rule = pack.rules.rules(i);
    const auto look = [&](const PatternSet& set, const std::string& path) {
      for (int j = 0; j < set.regexes->size(); ++j) {
        if (!CheckStop(stop).ok()) return;
        absl::Status alone;
        for (const auto& form : RegexForms((*set.regexes)[j], rule.folding())) {
          alone.Update(Matcher::Compile({.regexes = {{form}}}).status());
        }
        if (alone.ok()) continue;
        const std::string at = absl::StrCat(path, ".regexes[", j, "]");
        faults.Add(pack.rules_file.path, pack.rules_file.positions.At(at),
                   SayBoth("无法编译，请写得简单些（原文：$0）",
                           "cannot be compiled, make it simpler: $0",
                           alone.message()));
      }
    };
    ForEachSet(rule, absl::StrCat("rules[", i, "]"), look);
  }
  if (faults.empty()) {
    faults.Add(pack.rules_file.path, {0, 0},
               SayBoth("内容过多，无法编译（原文：$0）",
                       "too much to compile: $0", status.message()));
  }
}

}  // namespace

struct RuleSet::State {
  Pack pack;
  std::vector<rules::v1::ContentRule>
      rules;  // pack.rules.rules(), side by side.
  std::vector<rules::v1::Threshold> thresholds;  // The same.
  std::vector<rules::v1::ImpersonationCategory> impersonation_categories;
  // By id of the rule or threshold that has one.
  std::map<std::string, std::string, std::less<>> articles;
  Compiled compiled;  // But for what is sought, which the scanner has.
  std::unique_ptr<const Scanner> scanner;
  std::string id;
};

struct RuleScratch::State {
  ScanScratch scan;
  std::vector<Found> found;
  std::vector<Found> allowed;  // What is left beside a rule's phrases.
  std::vector<Found> of_rule;
  TextContacts contacts;
  WeightScratch weights;
};

namespace {

// The contacts of the caller, if it has them, else our own.
TextContacts& ContactsOf(const FoldedText& folded, const TextFacts& facts,
                         TextContacts& own) {
  if (facts.contacts != nullptr) return *facts.contacts;
  own.Begin(folded, facts.text);
  return own;
}

}  // namespace

RuleScratch::RuleScratch() : state_(std::make_unique<State>()) {}
RuleScratch::~RuleScratch() = default;

RuleSet::RuleSet(std::unique_ptr<const State> state)
    : state_(std::move(state)) {}
RuleSet::~RuleSet() = default;

absl::StatusOr<std::shared_ptr<const RuleSet>> RuleSet::Load(
    const std::string& path, const CompileCache* cache) {
  Faults faults;
  Pack pack = ReadPack(path, faults);
  return Compile(std::move(pack), std::move(faults), cache, {});
}

absl::StatusOr<std::shared_ptr<const RuleSet>> RuleSet::Load(
    const PackFiles& files, const CompileCache* cache, const StopAsked& stop) {
  SLUICE_RETURN_IF_ERROR(CheckStop(stop));
  Faults faults;
  Pack pack = ReadPack(files, faults);
  return Compile(std::move(pack), std::move(faults), cache, stop);
}

absl::StatusOr<std::shared_ptr<const RuleSet>> RuleSet::Load(
    Pack pack, const StopAsked& stop) {
  return Compile(std::move(pack), Faults(), nullptr, stop);
}

absl::StatusOr<std::shared_ptr<const RuleSet>> RuleSet::Compile(
    Pack pack, Faults faults, const CompileCache* cache,
    const StopAsked& stop) {
  auto state = std::make_unique<State>();
  state->pack = std::move(pack);
  SLUICE_RETURN_IF_ERROR(CheckStop(stop));
  CheckPack(state->pack, faults, stop);
  SLUICE_RETURN_IF_ERROR(CheckStop(stop));
  SLUICE_RETURN_IF_ERROR(faults.ToStatus());
  FillDefaults(state->pack);
  state->rules.assign(state->pack.rules.rules().begin(),
                      state->pack.rules.rules().end());
  state->thresholds.assign(state->pack.rules.thresholds().begin(),
                           state->pack.rules.thresholds().end());
  const auto& impersonation = state->pack.rules.impersonation_categories();
  state->impersonation_categories.assign(impersonation.begin(),
                                         impersonation.end());
  const auto take_article = [&](const auto& one) {
    if (!one.article().empty()) state->articles[one.id()] = one.article();
  };
  for (const rules::v1::ContentRule& rule : state->rules) take_article(rule);
  for (const rules::v1::Threshold& sum : state->thresholds) take_article(sum);
  state->compiled = CompileRules(state->pack);
  auto scanner = Scanner::Compile(
      std::exchange(state->compiled.sought, Sought()), cache, stop);
  if (absl::IsCancelled(scanner.status())) return scanner.status();
  if (!scanner.ok()) {
    AddCompileFaults(state->pack, scanner.status(), faults, stop);
    SLUICE_RETURN_IF_ERROR(CheckStop(stop));
    return faults.ToStatus();
  }
  state->scanner = *std::move(scanner);
  state->id = MakeId(state->pack.header.name(), state->pack.digest);
  std::shared_ptr<const RuleSet> rules(new RuleSet(std::move(state)));
  TryExamples(*rules, rules->state_->pack, stop, faults);
  SLUICE_RETURN_IF_ERROR(CheckStop(stop));
  SLUICE_RETURN_IF_ERROR(faults.ToStatus());
  return rules;
}

absl::Status RuleSet::CheckCosts(const CostBudget& budget,
                                 const StopAsked& stop) const {
  Faults faults;
  rules::CheckCosts(state_->pack, budget, faults, stop);
  SLUICE_RETURN_IF_ERROR(CheckStop(stop));
  return faults.ToStatus();
}

void RuleSet::MeasureCosts(CostVisit visit) const {
  rules::MeasureCosts(state_->pack, visit);
}

const rules::v1::PackHeader& RuleSet::header() const {
  return state_->pack.header;
}
const rules::v1::PackPolicy& RuleSet::policy() const {
  return state_->pack.policy;
}
const rules::v1::PackArticles& RuleSet::articles() const {
  return state_->pack.articles;
}

absl::Span<const rules::v1::ContentRule> RuleSet::rules() const {
  return state_->rules;
}

absl::Span<const rules::v1::Threshold> RuleSet::thresholds() const {
  return state_->thresholds;
}

absl::Span<const rules::v1::ImpersonationCategory>
RuleSet::impersonation_categories() const {
  return state_->impersonation_categories;
}

absl::string_view RuleSet::ArticleOf(absl::string_view rule) const {
  const auto found = state_->articles.find(rule);
  return found == state_->articles.end() ? absl::string_view() : found->second;
}

const DomainSet* RuleSet::FindDomainList(absl::string_view id) const {
  const auto found = state_->pack.domain_lists.find(id);
  return found == state_->pack.domain_lists.end() ? nullptr : &found->second;
}

uint32_t RuleSet::list_words() const {
  size_t words = 0;
  for (const rules::v1::WordList& list : state_->pack.rules.word_lists()) {
    words += state_->pack.lists.at(list.id()).size();
  }
  for (const auto& [id, table] : state_->pack.weight_tables) {
    words += table.size();
  }
  return static_cast<uint32_t>(words);
}

uint32_t RuleSet::list_domains() const {
  size_t domains = 0;
  for (const auto& [id, list] : state_->pack.domain_lists) {
    domains += list.size();
  }
  return static_cast<uint32_t>(domains);
}

const rules::v1::PackRules& RuleSet::source() const {
  return state_->pack.rules;
}

absl::string_view RuleSet::PatternText(uint32_t pattern) const {
  return state_->scanner->PatternText(pattern);
}

void RuleSet::ForEachPattern(
    uint32_t rule,
    absl::FunctionRef<void(absl::string_view, bool, absl::string_view)> visit)
    const {
  const auto look = [&](const PatternSet& set, const std::string&) {
    for (const std::string& id : *set.word_lists) {
      for (const Word& word : state_->pack.lists.at(id)) {
        ForEachText(word, state_->rules[rule].folding(),
                    [&](const std::string& text) { visit(text, false, id); });
      }
    }
    for (const std::string& word : *set.words) visit(word, false, "");
    for (const std::string& regex : *set.regexes) visit(regex, true, "");
  };
  ForEachSet(state_->rules[rule], "", look);
}

absl::string_view RuleSet::id() const { return state_->id; }
absl::string_view RuleSet::digest() const { return state_->pack.digest; }

void RuleSet::Find(const FoldedText& folded, const TextFacts& facts,
                   RuleScratch& rule_scratch,
                   std::vector<Found>* phrases) const {
  RuleScratch::State& scratch = *rule_scratch.state_;
  const Compiled& compiled = state_->compiled;
  scratch.found.clear();
  state_->scanner->Scan(facts.text, folded, scratch.scan, scratch.found,
                        phrases);
  if (compiled.contacts.empty() && compiled.weights.empty()) return;
  const absl::Span<const Contact> contacts =
      ContactsOf(folded, facts, scratch.contacts).Get();
  compiled.contacts.Find(contacts, scratch.found);
  if (compiled.weights.empty()) return;
  compiled.weights.Find(Scanner::ReadingsOf(folded, scratch.scan), facts.text,
                        contacts, scratch.weights, scratch.found);
}

// Only rules that something was found of are looked at, and those that need
// nothing to be found. What was found stands set by set, and so rule by rule.
template <typename Visit>
void RuleSet::ForEachFound(absl::Span<const Found> all,
                           const Visit& visit) const {
  const Compiled& compiled = state_->compiled;
  auto without = compiled.without_hits.begin();
  for (size_t at = 0;
       at < all.size() || without != compiled.without_hits.end();) {
    uint32_t rule = kNoRule;
    if (without != compiled.without_hits.end()) rule = *without;
    if (at < all.size()) {
      rule = std::min(rule, compiled.rule_of_set[all[at].set]);
    }
    if (without != compiled.without_hits.end() && *without == rule) ++without;
    const size_t begin = at;
    const uint32_t end_of_sets = compiled.sets[rule].second;
    while (at < all.size() && all[at].set < end_of_sets) ++at;
    visit(rule, all.subspan(begin, at - begin));
  }
}

template <typename Visit>
void RuleSet::ForEachRule(const FoldedText& folded, const TextFacts& facts,
                          RuleScratch& rule_scratch, const Visit& visit) const {
  RuleScratch::State& scratch = *rule_scratch.state_;
  Find(folded, facts, rule_scratch);
  ForEachFound(scratch.found, [&](uint32_t rule, absl::Span<const Found> all) {
    scratch.of_rule.clear();
    const absl::Span<const Found> found =
        WithoutAllowed(rule, all, scratch.allowed);
    const auto places = [&] {
      return state_->scanner->PlacesAt(state_->rules[rule].folding(), folded,
                                       scratch.scan);
    };
    if (state_->compiled.trees[rule]->Holds(facts, FoundSets(found, places),
                                            scratch.of_rule)) {
      visit(rule, scratch.of_rule);
    }
  });
}

void RuleSet::Match(const FoldedText& folded, const TextFacts& facts,
                    RuleScratch& scratch, std::vector<Hit>& hits) const {
  const auto first = static_cast<ptrdiff_t>(hits.size());
  ForEachRule(folded, facts, scratch,
              [&](uint32_t rule, const std::vector<Found>& found) {
                // A rule that only asks for what is absent hits the whole text.
                if (found.empty()) hits.push_back({rule, 0, facts.code_points});
                for (const Found& one : found) {
                  const bool written = one.pattern < kWeighedPatterns;
                  hits.push_back({rule, one.begin, one.end,
                                  written ? one.pattern : kNoPattern});
                }
              });
  std::sort(hits.begin() + first, hits.end(), [](const Hit& a, const Hit& b) {
    const uint64_t a_span = uint64_t{a.begin} << 32 | a.end;
    const uint64_t b_span = uint64_t{b.begin} << 32 | b.end;
    if (a_span != b_span) return a_span < b_span;
    return a.rule != b.rule ? a.rule < b.rule : a.pattern < b.pattern;
  });
  hits.erase(std::unique(hits.begin() + first, hits.end()), hits.end());
}

std::vector<ExplainedHit> RuleSet::Explain(const FoldedText& folded,
                                           const TextFacts& facts,
                                           RuleScratch& scratch) const {
  std::vector<ExplainedHit> hits;
  TextContacts& contacts = ContactsOf(folded, facts, scratch.state_->contacts);
  TextFacts with_contacts = facts;
  with_contacts.contacts = &contacts;
  ForEachRule(folded, with_contacts, scratch,
              [&](uint32_t rule, const std::vector<Found>& found) {
                if (found.empty()) {
                  hits.push_back({.rule = rule, .end = facts.code_points});
                }
                for (const Found& one : found) {
                  hits.push_back(Explained(rule, one, folded, facts.text,
                                           contacts.Get(), scratch));
                }
              });
  const WholeCharacters whole(facts.text);
  for (ExplainedHit& hit : hits) whole.Widen(hit.begin, hit.end);
  const auto key = [](const ExplainedHit& hit) {
    return std::tie(hit.begin, hit.end, hit.rule, hit.pattern);
  };
  absl::c_sort(hits, [&](const auto& a, const auto& b) {
    return key(a) != key(b) ? key(a) < key(b) : a.level < b.level;
  });
  hits.erase(std::unique(hits.begin(), hits.end(),
                         [&](const auto& a, const auto& b) {
                           return key(a) == key(b);
                         }),
             hits.end());
  return hits;
}

std::vector<LiftedRule> RuleSet::Lifted(const FoldedText& folded,
                                        const TextFacts& facts,
                                        RuleScratch& scratch) const {
  const Compiled& compiled = state_->compiled;
  TextContacts& contacts = ContactsOf(folded, facts, scratch.state_->contacts);
  TextFacts with_contacts = facts;
  with_contacts.contacts = &contacts;
  absl::flat_hash_set<uint32_t> hit;
  ForEachRule(folded, with_contacts, scratch,
              [&hit](uint32_t rule, const auto&) { hit.insert(rule); });
  std::vector<Found> phrases;
  Find(folded, with_contacts, scratch, &phrases);
  const WholeCharacters whole(facts.text);
  const auto explained = [&](uint32_t rule, const Found& found) {
    ExplainedHit one =
        Explained(rule, found, folded, facts.text, contacts.Get(), scratch);
    whole.Widen(one.begin, one.end);
    return one;
  };
  std::vector<LiftedRule> lifted;
  ForEachFound(
      scratch.state_->found, [&](uint32_t rule, absl::Span<const Found> found) {
        if (hit.contains(rule)) return;
        const auto places = [&] {
          return state_->scanner->PlacesAt(state_->rules[rule].folding(),
                                           folded, scratch.state_->scan);
        };
        const Lifting lifting = LiftingOf(
            *compiled.trees[rule], with_contacts, places,
            {found, phrases, compiled.allowed[rule], compiled.lifting_sets});
        if (lifting.hits.empty()) return;
        LiftedRule& one = lifted.emplace_back();
        one.rule = rule;
        for (const Found& by : lifting.by_not) {
          one.by.push_back({LiftKind::kNot, explained(rule, by)});
        }
        for (const Found& by : lifting.by_rule_phrase) {
          one.by.push_back({LiftKind::kRulePhrase, explained(rule, by)});
        }
        for (const Found& by : lifting.by_pack_phrase) {
          one.by.push_back({LiftKind::kPackPhrase, PhraseHit(rule, by, facts)});
        }
        for (const Found& would : lifting.hits) {
          one.hits.push_back(explained(rule, would));
        }
      });
  return lifted;
}

ExplainedHit RuleSet::PhraseHit(uint32_t rule, const Found& found,
                                const TextFacts& facts) const {
  ExplainedHit hit = {.rule = rule, .begin = found.begin, .end = found.end};
  WholeCharacters(facts.text).Widen(hit.begin, hit.end);
  hit.level = found.level;
  std::u32string characters = CodePoints(facts.text);
  characters = characters.substr(hit.begin, hit.end - hit.begin);
  for (const char32_t c : characters) AppendUtf8(c, hit.pattern);
  const std::string folded = FoldWord(hit.pattern);
  for (const std::string& phrase : state_->pack.rules.allow_phrases()) {
    if (FoldWord(phrase) == folded) hit.pattern = phrase;
  }
  return hit;
}

std::vector<Weighing> RuleSet::Weigh(const FoldedText& folded,
                                     const TextFacts& facts,
                                     RuleScratch& rule_scratch) const {
  std::vector<Weighing> weighings;
  const Compiled& compiled = state_->compiled;
  if (compiled.weights.empty()) return weighings;
  RuleScratch::State& scratch = *rule_scratch.state_;
  scratch.found.clear();
  state_->scanner->Scan(facts.text, folded, scratch.scan, scratch.found);
  for (WeightSets::Weighing& one : compiled.weights.Weigh(
           Scanner::ReadingsOf(folded, scratch.scan), facts.text,
           ContactsOf(folded, facts, scratch.contacts).Get(),
           scratch.weights)) {
    weighings.push_back({compiled.rule_of_set[one.set], std::move(one.table),
                         one.sum, one.at_least, std::move(one.words_for),
                         std::move(one.words_against)});
  }
  return weighings;
}

// Searches for the place of the pattern again, instead of keeping it: only
// people ask.
ExplainedHit RuleSet::Explained(uint32_t rule, const Found& found,
                                const FoldedText& folded,
                                absl::string_view submitted,
                                absl::Span<const Contact> contacts,
                                RuleScratch& scratch) const {
  ExplainedHit hit;
  hit.rule = rule;
  hit.begin = found.begin;
  hit.end = found.end;
  if (found.pattern >= kContactPatterns) {
    const auto contact = absl::c_find_if(contacts, [&found](const auto& one) {
      return one.begin == found.begin && one.end == found.end;
    });
    SLUICE_CHECK(contact != contacts.end());
    hit.contact = KindOf(*contact);
    hit.pattern = std::string(contact->value);
    hit.domain_list = std::string(
        state_->compiled.contacts.ListOf(found.set, contact->value));
    return hit;
  }
  if (found.pattern >= kWeighedPatterns) {
    const WeightSets& weights = state_->compiled.weights;
    hit.pattern = std::string(weights.TextOf(found.pattern));
    hit.weight = weights.WeightOf(found.pattern);
    hit.word_list = std::string(weights.TableOf(found.pattern));
    hit.weights = weights.Sum(found.pattern,
                              Scanner::ReadingsOf(folded, scratch.state_->scan),
                              submitted, contacts, scratch.state_->weights);
    return hit;
  }
  hit.level = found.level;
  hit.pattern = std::string(state_->scanner->PatternText(found.pattern));
  const auto look = [&](const PatternSet& set, const std::string&) {
    hit.regex = hit.regex || absl::c_linear_search(*set.regexes, hit.pattern);
    if (absl::c_linear_search(*set.words, hit.pattern)) return;
    for (const std::string& id : *set.word_lists) {
      const bool there =
          absl::c_any_of(state_->pack.lists.at(id), [&](const Word& word) {
            bool same = false;
            ForEachText(word, state_->rules[rule].folding(),
                        [&](const std::string& text) {
                          same = same || text == hit.pattern;
                        });
            return same;
          });
      if (there) hit.word_list = id;
    }
  };
  ForEachSet(state_->rules[rule], "", look);
  return hit;
}

// The hits of the rule, without those that its own phrases cover. Phrases are
// the last of its sets.
absl::Span<const Found> RuleSet::WithoutAllowed(
    uint32_t rule, absl::Span<const Found> found,
    std::vector<Found>& kept) const {
  const std::optional<uint32_t> set = state_->compiled.allowed[rule];
  if (!set) return found;
  const absl::Span<const Found> phrases = OfSet(found, *set);
  if (phrases.empty()) return found;
  kept.clear();
  for (const Found& one : found) {
    const bool covered = absl::c_any_of(phrases, [&one](const Found& phrase) {
      return phrase.begin <= one.begin && one.end <= phrase.end;
    });
    if (!covered) kept.push_back(one);
  }
  return kept;
}

}  // namespace sluice::rules
