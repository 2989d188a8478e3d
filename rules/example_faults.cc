#include "rules/example_faults.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "rules/base/language.h"
#include "rules/hit_names.h"
#include "rules/missed_example.h"

namespace sluice::rules {
namespace {

using rules::v1::ContentRule;
using Texts = google::protobuf::RepeatedPtrField<std::string>;

// Rules that are compiled once more, in their parts: about 50 ms each. The
// lists of larger packs take longer.
constexpr size_t kReadMax = 10;
constexpr size_t kWordsMax = 100'000;

bool IsLarge(const Pack& pack) {
  size_t words = 0;
  for (const auto& [id, list] : pack.lists) words += list.size();
  for (const auto& [id, table] : pack.weight_tables) words += table.size();
  return words > kWordsMax;
}

class ExampleTrial {
 public:
  ExampleTrial(const RuleSet& rules, const Pack& pack, const StopAsked& stop,
               Faults& faults)
      : rules_(rules), pack_(pack), stop_(stop), faults_(faults) {}

  void TryRule(int i) {
    const ContentRule& rule = pack_.rules.rules(i);
    rule_ = static_cast<uint32_t>(i);
    missed_ = nullptr;
    const std::string path = absl::StrCat("rules[", i, "].examples.");
    TryAll(rule, rule.examples().must_hit(), path + "must_hit", true);
    TryAll(rule, rule.examples().must_pass(), path + "must_pass", false);
  }

 private:
  void TryAll(const ContentRule& rule, const Texts& texts,
              const std::string& path, bool must_hit) {
    for (int j = 0; j < texts.size() && !faults_.IsFull(); ++j) {
      if (!CheckStop(stop_).ok()) return;
      if (Hits(rule, texts[j]) == must_hit) continue;
      const Both why = must_hit ? WhyMissed() : WhyHit();
      const Both colon = why.english.empty() ? Both() : SayBoth("：", ": ");
      const Both what =
          must_hit ? SayBoth("规则“$0”没有命中这个示例",
                             "rule '$0' does not hit this example", rule.id())
                   : SayBoth("规则“$0”命中了这个示例，而它必须放行",
                             "rule '$0' hits this example, which it must let "
                             "pass",
                             rule.id());
      faults_.Add(
          pack_.rules_file.path,
          pack_.rules_file.positions.At(absl::StrCat(path, "[", j, "]")),
          {absl::StrCat(what.chinese, colon.chinese, why.chinese),
           absl::StrCat(what.english, colon.english, why.english)});
    }
  }

  bool Hits(const ContentRule& rule, const std::string& text) {
    facts_ = {};
    if (!rule.classes().empty()) {
      facts_.message_class =
          static_cast<sluice::v1::MessageClass>(rule.classes(0));
    }
    FoldTable::Shared().Fold(text, folded_);
    facts_.code_points = folded_.code_points;
    facts_.text = text;
    hits_.clear();
    rules_.Match(folded_, facts_, scratch_, hits_);
    return absl::c_any_of(hits_,
                          [this](const Hit& one) { return one.rule == rule_; });
  }

  Both WhyMissed() {
    if (missed_ == nullptr) {
      if (is_large_ || read_++ >= kReadMax) return {};
      missed_ = std::make_unique<MissedExample>(rules_, pack_, rule_, stop_);
    }
    return missed_->Why(folded_, facts_);
  }

  // What the rule finds in the text.
  Both WhyHit() {
    std::vector<PlacedHit> hits;
    int64_t sum = 0;
    int64_t at_least = 0;
    for (ExplainedHit& hit : rules_.Explain(folded_, facts_, scratch_)) {
      if (hit.rule != rule_) continue;
      if (hit.pattern.empty()) {
        return SayBoth("它只要求不含某些内容",
                       "it asks only for what is absent");
      }
      if (hit.weight != 0) sum = hit.weights;
      hits.push_back(Placed(std::move(hit), at_least));
    }
    const Both names = NamesOfHits(pack_, hits);
    if (sum == 0) return names;
    return SayBoth("权重合计 $0，达到 $1：$2", "a sum of $0, at least $1: $3",
                   sum, at_least, names.chinese, names.english);
  }

  // With the set of the rule that looks for it. `at_least` is that of a weight.
  PlacedHit Placed(ExplainedHit hit, int64_t& at_least) const {
    PlacedHit placed = {std::move(hit), {}, absl::StrCat("rules[", rule_, "]")};
    const auto is_of = [&hit = placed.hit](const PatternSet& set) {
      if (hit.weight != 0) {
        return set.weight != nullptr && set.weight->table() == hit.word_list;
      }
      if (hit.contact == rules::v1::CONTACT_KIND_LINK && set.links != nullptr) {
        return true;
      }
      if (hit.contact != rules::v1::CONTACT_KIND_UNSPECIFIED) {
        return set.contacts != nullptr;
      }
      return absl::c_linear_search(hit.regex ? *set.regexes : *set.words,
                                   hit.pattern);
    };
    ForEachSet(pack_.rules.rules(static_cast<int>(rule_)), placed.path,
               [&, found = false](const PatternSet& set,
                                  const std::string& path) mutable {
                 if (found || set.lifts || !is_of(set)) return;
                 found = true;
                 placed.set = set;
                 placed.path = path;
                 if (set.weight != nullptr) at_least = set.weight->at_least();
               });
    return placed;
  }

  const RuleSet& rules_;
  const Pack& pack_;
  const StopAsked& stop_;
  Faults& faults_;
  RuleScratch scratch_;
  const bool is_large_ = IsLarge(pack_);
  std::unique_ptr<MissedExample> missed_;  // Of the rule; null: not asked yet.
  size_t read_ = 0;
  // Of the rule and the text that are tried.
  uint32_t rule_ = 0;
  FoldedText folded_;
  TextFacts facts_;
  std::vector<Hit> hits_;
};

}  // namespace

void TryExamples(const RuleSet& rules, const Pack& pack, const StopAsked& stop,
                 Faults& faults) {
  ExampleTrial trial(rules, pack, stop, faults);
  for (int i = 0; i < pack.rules.rules_size(); ++i) {
    if (pack.rules.rules(i).mode() == rules::v1::CHECK_MODE_OFF) continue;
    trial.TryRule(i);
  }
}

}  // namespace sluice::rules
