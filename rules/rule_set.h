#pragma once

// A compiled rule pack: the scanner of its words and regexes, and the rest of
// the pack as data. Built once, then immutable and shared by all threads.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/base/faults.h"
#include "rules/base/stop.h"
#include "rules/check/cost_check.h"
#include "rules/contacts/domain_set.h"
#include "rules/fold/fold.h"
#include "rules/match/match_tree.h"
#include "rules/match/matcher.h"
#include "rules/pack/pack.h"
#include "rules/pack/weight_list.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::rules {

// Hit::pattern of a rule that only asks for what is absent.
inline constexpr uint32_t kNoPattern = UINT32_MAX;

// One rule's hit: which rule, and where in the submitted text, in code points.
struct Hit {
  uint32_t rule = 0;  // Index into RuleSet::rules().
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t pattern = kNoPattern;  // For RuleSet::PatternText().
  bool operator==(const Hit&) const = default;
};

// Why a rule hits: one word, regex or contact in one place.
struct ExplainedHit {
  uint32_t rule = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
  // As written in the pack, a contact's value (contacts.h); empty: what is
  // absent.
  std::string pattern;
  bool regex = false;
  rules::v1::ContactKind contact = rules::v1::CONTACT_KIND_UNSPECIFIED;
  // Of a word of a weight table, and what all of its words in the text add up
  // to.
  int32_t weight = 0;
  int64_t weights = 0;
  std::string word_list;    // Or weight table; empty: it stands in the rule.
  std::string domain_list;  // For which a link counts; empty: each does.
  rules::v1::FoldingLevel level = rules::v1::FOLDING_LEVEL_UNSPECIFIED;
};

// What lifts a rule's hits.
enum class LiftKind : uint8_t {
  kNot,         // A condition under a `not` of the rule.
  kRulePhrase,  // One of the rule's own allow_phrases.
  kPackPhrase,  // One of the pack's.
};
struct Lift {
  LiftKind kind = LiftKind::kNot;
  ExplainedHit hit;
};

// A rule that does not hit, and would without `by`: what would hit then.
struct LiftedRule {
  uint32_t rule = 0;
  std::vector<Lift> by;
  std::vector<ExplainedHit> hits;
};

// What a text weighs for a rule: the sum of all words of its table, and the
// heaviest of them for and against, as written there.
struct Weighing {
  uint32_t rule = 0;
  std::string table;
  int64_t sum = 0;
  int64_t at_least = 0;
  std::vector<WeighedWord> words_for;
  std::vector<WeighedWord> words_against;
};

// What one thread needs to match; reuse it, with any rule set.
class RuleScratch {
 public:
  RuleScratch();
  ~RuleScratch();
  RuleScratch(const RuleScratch&) = delete;
  RuleScratch& operator=(const RuleScratch&) = delete;

 private:
  friend class RuleSet;
  struct State;
  std::unique_ptr<State> state_;
};

class RuleSet {
 public:
  // Reads the pack in folder `path`, validates and compiles it.
  // Errors: kInvalidArgument, one line for each fault:
  // `file:line:column: what is wrong, what is allowed`. `cache` may be null.
  static absl::StatusOr<std::shared_ptr<const RuleSet>> Load(
      const std::string& path, const CompileCache* cache = nullptr);
  // The same of files in memory; faults name them without a folder. Ends with
  // kCancelled at the next step (a regex, a folding level, an example) when
  // `stop` asks for it.
  static absl::StatusOr<std::shared_ptr<const RuleSet>> Load(
      const PackFiles& files, const CompileCache* cache = nullptr,
      const StopAsked& stop = {});

  // The same of a pack that was read without faults, or made of one.
  static absl::StatusOr<std::shared_ptr<const RuleSet>> Load(
      Pack pack, const StopAsked& stop = {});

  ~RuleSet();

  // Whether each regex is fast enough; see cost_check.h. Takes seconds for
  // hundreds. Errors: kInvalidArgument, as Load; kCancelled (`stop` asked,
  // between two regexes).
  absl::Status CheckCosts(const CostBudget& budget = {},
                          const StopAsked& stop = {}) const;
  // See cost_check.h; as slow.
  void MeasureCosts(CostVisit visit) const;

  const rules::v1::PackHeader& header() const;
  const rules::v1::PackPolicy& policy() const;
  const rules::v1::PackArticles& articles() const;
  // In the order of the pack's rules.yaml; what it left to defaults is set:
  // action, mode and code. Rules that are off never hit.
  absl::Span<const rules::v1::ContentRule> rules() const;

  absl::Span<const rules::v1::Threshold> thresholds() const;
  absl::Span<const rules::v1::ImpersonationCategory> impersonation_categories()
      const;

  // The article that a rule or threshold names itself; empty: none, and the
  // article of its code holds.
  absl::string_view ArticleOf(absl::string_view rule) const;

  // Null: the pack has no domain list of this id.
  const DomainSet* FindDomainList(absl::string_view id) const;

  // The patterns of all rules together, as written in the pack.
  const rules::v1::PackRules& source() const;

  // A word or regex as written in the pack; by Hit::pattern, not kNoPattern.
  absl::string_view PatternText(uint32_t pattern) const;

  // Calls `visit` with every word and regex of rule number `rule`, as written;
  // `word_list` is empty for what stands in the rule. One may come twice.
  void ForEachPattern(uint32_t rule,
                      absl::FunctionRef<void(absl::string_view text, bool regex,
                                             absl::string_view word_list)>
                          visit) const;

  // Words of the pack's lists and weight tables, each counted once.
  uint32_t list_words() const;

  // Domains of its lists, likewise.
  uint32_t list_domains() const;

  // "name@digest", at most 15 characters: the name is cut where need be, the
  // digest is of all files of the pack. Names this rule set in every record.
  absl::string_view id() const;
  // That digest in full: SHA-256, 64 hexadecimal digits.
  absl::string_view digest() const;

  // Appends to `hits` where rules hit the folded text, each rule, span and
  // pattern once, ordered by them; a rule that only asks for what is absent
  // hits the whole text. `folded` must come from FoldTable::Shared(). Never
  // fails: any folded text can be matched. Looks for contacts only when some
  // rule does.
  void Match(const FoldedText& folded, const TextFacts& facts,
             RuleScratch& scratch, std::vector<Hit>& hits) const;

  // The same hits with the word, regex or contact that makes each, their spans
  // widened to whole characters; slow, for people.
  std::vector<ExplainedHit> Explain(const FoldedText& folded,
                                    const TextFacts& facts,
                                    RuleScratch& scratch) const;

  // The rules that would hit but for what is under their `not`, or for allowed
  // phrases; in the order of the rules. None that only asks for what is absent.
  // Slow, for people.
  std::vector<LiftedRule> Lifted(const FoldedText& folded,
                                 const TextFacts& facts,
                                 RuleScratch& scratch) const;

  // What the text weighs for each rule that asks for a weight, also where that
  // is too little; in the order of the rules. Slow, for people.
  std::vector<Weighing> Weigh(const FoldedText& folded, const TextFacts& facts,
                              RuleScratch& scratch) const;

 private:
  // Puts what is in the text into scratch.found; with `phrases`, also what the
  // pack's allowed phrases cover, see Scanner::Scan.
  void Find(const FoldedText& folded, const TextFacts& facts,
            RuleScratch& scratch, std::vector<Found>* phrases = nullptr) const;
  // Calls `visit` with each rule that may hit, and what was found of it.
  template <typename Visit>
  void ForEachFound(absl::Span<const Found> all, const Visit& visit) const;
  // Calls `visit` with each rule that hits and what makes it hit.
  template <typename Visit>
  void ForEachRule(const FoldedText& folded, const TextFacts& facts,
                   RuleScratch& scratch, const Visit& visit) const;
  ExplainedHit Explained(uint32_t rule, const Found& found,
                         const FoldedText& folded, absl::string_view submitted,
                         absl::Span<const Contact> contacts,
                         RuleScratch& scratch) const;
  // An allowed phrase of the pack, which has no pattern.
  ExplainedHit PhraseHit(uint32_t rule, const Found& found,
                         const TextFacts& facts) const;
  static absl::StatusOr<std::shared_ptr<const RuleSet>> Compile(
      Pack pack, Faults faults, const CompileCache* cache,
      const StopAsked& stop);
  absl::Span<const Found> WithoutAllowed(uint32_t rule,
                                         absl::Span<const Found> found,
                                         std::vector<Found>& kept) const;

  struct State;
  explicit RuleSet(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

}  // namespace sluice::rules
