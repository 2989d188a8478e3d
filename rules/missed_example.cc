#include "rules/missed_example.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/faults.h"
#include "rules/check/sure_words.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

// `pack` with its lists and tables, and no rule.
Pack WithoutRules(const Pack& pack) {
  Pack bare = pack;
  bare.rules.clear_rules();
  bare.rules.clear_thresholds();
  bare.rules.clear_impersonation_categories();
  bare.rules.clear_allow_phrases();
  bare.rules.clear_strict_words();
  return bare;
}

// The words that are strict and that some part looks for: others are a fault.
void AddStrictWords(const Pack& pack, Pack& parts) {
  std::set<std::string> words;
  for (const rules::v1::ContentRule& part : parts.rules.rules()) {
    ForEachWordOf(
        parts, ConditionOf(part), /*exact=*/false,
        [&words](const std::string& word, int) { words.insert(word); });
  }
  for (const std::string& word : pack.rules.strict_words()) {
    if (words.contains(FoldWord(word))) parts.rules.add_strict_words(word);
  }
}

// "all[1]" of "rules[0].match.all[1]".
absl::string_view LastOf(absl::string_view path) {
  return path.substr(path.rfind('.') + 1);
}

}  // namespace

MissedExample::MissedExample(const RuleSet& rules, const Pack& pack,
                             uint32_t rule, const StopAsked& stop)
    : rules_(rules), pack_(pack), rule_(rule) {
  const rules::v1::ContentRule& one = pack.rules.rules(static_cast<int>(rule));
  const std::string path = absl::StrCat("rules[", rule, "]");
  Pack parts = WithoutRules(pack);
  ForEachSet(one, path, [&](const PatternSet& set, const std::string& at) {
    if (set.weight == nullptr) AddPart(set, at, parts);
  });
  // By sound no phrase is read.
  const auto level = std::min(one.folding(), rules::v1::FOLDING_LEVEL_EVASIVE);
  AddPhrases(one.allow_phrases(), path + ".allow_phrases", level, parts);
  AddPhrases(pack.rules.allow_phrases(), "allow_phrases", level, parts);
  AddStrictWords(pack, parts);
  if (parts_.empty()) return;
  auto compiled = RuleSet::Load(std::move(parts), stop);
  if (compiled.ok()) parts_rules_ = *std::move(compiled);
}

void MissedExample::AddPart(const PatternSet& set, const std::string& path,
                            Pack& parts) {
  const rules::v1::ContentRule& rule =
      pack_.rules.rules(static_cast<int>(rule_));
  rules::v1::ContentRule& part = *parts.rules.add_rules();
  part.set_id(absl::StrCat("part-", parts_.size()));
  part.set_basis(rule.basis());
  part.set_code(rule.code());
  if (set.links != nullptr) {
    *part.mutable_match()->mutable_links() = *set.links;
    part.mutable_match()->mutable_links()->clear_at_least();
  } else if (set.contacts != nullptr) {
    *part.mutable_match()->mutable_contacts() = *set.contacts;
    part.mutable_match()->mutable_contacts()->clear_at_least();
  } else {
    *part.mutable_word_lists() = *set.word_lists;
    *part.mutable_words() = *set.words;
    *part.mutable_regexes() = *set.regexes;
    part.set_folding(rule.folding());
  }
  parts_.push_back({{}, set, path});
}

void MissedExample::AddPhrases(const PatternSet::Texts& phrases,
                               const std::string& path,
                               rules::v1::FoldingLevel level, Pack& parts) {
  if (phrases.empty()) return;
  PatternSet set;
  set.words = &phrases;
  set.lifts = true;
  AddPart(set, path, parts);
  rules::v1::ContentRule& part =
      *parts.rules.mutable_rules(parts.rules.rules_size() - 1);
  part.set_folding(level);
  std::set<std::string> seen;  // A word that is there twice is a fault.
  part.clear_words();
  for (const std::string& phrase : phrases) {
    if (seen.insert(FoldWord(phrase)).second) part.add_words(phrase);
  }
}

Both MissedExample::Why(const FoldedText& folded, const TextFacts& facts) {
  facts_ = facts;
  hits_.clear();
  weighings_ = rules_.Weigh(folded, facts, scratch_);
  if (parts_rules_ != nullptr) {
    for (ExplainedHit& hit : parts_rules_->Explain(folded, facts, scratch_)) {
      const PlacedHit& part = parts_[hit.rule];
      hits_.push_back({std::move(hit), part.set, part.path});
    }
  } else if (!parts_.empty()) {
    return {};
  }
  const rules::v1::ContentRule& rule =
      pack_.rules.rules(static_cast<int>(rule_));
  const std::string path =
      absl::StrCat("rules[", rule_, "]", rule.has_match() ? ".match" : "");
  Missing missing = MissingIn(ConditionOf(rule), path);
  if (!missing) missing = LiftedByPhrase();
  if (!missing) return {};
  if (!missing->after_found) return missing->what;
  const std::vector<PlacedHit> wanted = Wanted();
  if (wanted.empty()) {
    return SayBoth("其中没有规则要找的内容", "nothing of the rule is in it");
  }
  const Both names = NamesOfHits(pack_, wanted);
  return SayBoth("含有$0，$1", "it has $2, $3", names.chinese,
                 missing->what.chinese, names.english, missing->what.english);
}

MissedExample::Missing MissedExample::MissingIn(const rules::v1::Match& match,
                                                const std::string& path) {
  Missing missing = MissingSets(match, path);
  if (!missing) missing = MissingBranches(match, path);
  if (!missing) missing = MissingFacts(match, path);
  if (!missing) missing = LiftedByNot(match, path);
  return missing;
}

MissedExample::Missing MissedExample::MissingSets(const rules::v1::Match& match,
                                                  const std::string& path) {
  const bool set = !match.words().empty() || !match.word_lists().empty() ||
                   !match.regexes().empty();
  Missing missing;
  if (set && HitsAt(path).empty()) missing = Nothing(path);
  if (!missing && match.has_near()) {
    missing = MissingNear(match.near(), path + ".near");
  }
  if (!missing && match.has_count()) {
    missing = MissingCount(match.count(), path + ".count");
  }
  if (!missing && match.has_links()) {
    missing = MissingContacts(path + ".links", match.links().at_least());
  }
  if (!missing && match.has_contacts()) {
    missing = MissingContacts(path + ".contacts", match.contacts().at_least());
  }
  if (!missing && match.has_weight()) {
    missing = MissingWeight(match.weight(), path + ".weight");
  }
  return missing;
}

MissedExample::Missing MissedExample::MissingNear(const rules::v1::Near& near,
                                                  const std::string& path) {
  for (const absl::string_view side : {".first", ".second"}) {
    const std::string at = absl::StrCat(path, side);
    if (HitsAt(at).empty()) return Nothing(at);
  }
  bool near_enough = false;
  for (const PlacedHit& a : HitsAt(path + ".first")) {
    for (const PlacedHit& b : HitsAt(path + ".second")) {
      const uint32_t gap = a.hit.end <= b.hit.begin ? b.hit.begin - a.hit.end
                           : b.hit.end <= a.hit.begin
                               ? a.hit.begin - b.hit.end
                               : near.within() + 1;  // They overlap.
      near_enough |= gap <= near.within();
    }
  }
  if (near_enough) return std::nullopt;
  const Both first = NamesOfHits(pack_, HitsAt(path + ".first"));
  const Both second = NamesOfHits(pack_, HitsAt(path + ".second"));
  return Cause{SayBoth("含有$0和$1，但相距超过 $2 个字",
                       "it has $3 and $4, but not within $2 characters of each "
                       "other",
                       first.chinese, second.chinese, near.within(),
                       first.english, second.english),
               /*after_found=*/false};
}

MissedExample::Missing MissedExample::MissingCount(
    const rules::v1::Count& count, const std::string& path) {
  const std::vector<PlacedHit> hits = HitsAt(path + ".of");
  std::set<std::string> different;
  for (const PlacedHit& one : hits) different.insert(one.hit.pattern);
  if (hits.empty()) return Nothing(path + ".of");
  if (different.size() >= count.at_least()) return std::nullopt;
  const Both names = NamesOfHits(pack_, hits);
  return Cause{SayBoth("须有 $0 个不同的词，其中只有 $1 个：$2",
                       "of $0 different words it has $1: $3", count.at_least(),
                       different.size(), names.chinese, names.english),
               /*after_found=*/false};
}

MissedExample::Missing MissedExample::MissingContacts(const std::string& path,
                                                      uint32_t at_least) {
  const size_t found = HitsAt(path).size();
  if (found == 0) return Nothing(path);
  if (found >= at_least) return std::nullopt;
  return Cause{SayBoth("但 '$0' 要求 $1 个，其中只有 $2 个",
                       "but of '$0' $1 are asked for and there are $2",
                       LastOf(path), at_least, found)};
}

MissedExample::Missing MissedExample::MissingWeight(
    const rules::v1::WeightMatch& weight, const std::string& path) {
  for (const Weighing& one : weighings_) {
    if (one.rule != rule_ || one.table != weight.table()) continue;
    if (one.sum >= one.at_least) return std::nullopt;
    std::vector<PlacedHit> heaviest;
    for (const WeighedWord& word : one.words_for) {
      PlacedHit& hit = heaviest.emplace_back();
      hit.hit.pattern = word.text;
      hit.hit.weight = word.weight;
      hit.hit.word_list = one.table;
    }
    const Both names = NamesOfHits(pack_, heaviest);
    return Cause{
        SayBoth("权重合计 $0，须达到 $1：$2", "a sum of $0, at least $1: $3",
                one.sum, weight.at_least(), names.chinese, names.english),
        /*after_found=*/false};
  }
  return Nothing(path);
}

MissedExample::Missing MissedExample::MissingFacts(
    const rules::v1::Match& match, const std::string& path) {
  const rules::v1::Length& length = match.length();
  const uint32_t size = facts_.code_points;
  const bool fits =
      !match.has_length() ||
      (size >= length.min() && (length.max() == 0 || size <= length.max()));
  if (!fits) {
    return Cause{SayBoth("它有 $0 个字，不在 'length' 之内（$1）",
                         "it has $0 characters, which 'length' excludes ($1)",
                         size, PlaceInRules(pack_, path + ".length")),
                 /*after_found=*/false};
  }
  if (match.classes().empty() ||
      absl::c_linear_search(match.classes(), facts_.message_class)) {
    return std::nullopt;
  }
  return Cause{SayBoth("它的类别不在 'classes' 之内（$0）：示例按规则自己的 "
                       "'classes' 的第一个类别来试",
                       "'classes' excludes it ($0): an example is tried in the "
                       "first of the rule's own 'classes'",
                       PlaceInRules(pack_, path + ".classes")),
               /*after_found=*/false};
}

MissedExample::Missing MissedExample::MissingBranches(
    const rules::v1::Match& match, const std::string& path) {
  for (int i = 0; i < match.all_size(); ++i) {
    Missing missing =
        MissingIn(match.all(i), absl::StrCat(path, ".all[", i, "]"));
    if (missing) return missing;
  }
  if (match.any().empty()) return std::nullopt;
  Missing nearest = Nothing(path + ".any");
  bool found = false;
  for (int i = 0; i < match.any_size(); ++i) {
    const std::string at = absl::StrCat(path, ".any[", i, "]");
    Missing missing = MissingIn(match.any(i), at);
    if (!missing) return missing;
    if (found || HitsUnder(at).empty()) continue;
    found = true;
    nearest = std::move(missing);
  }
  return nearest;
}

MissedExample::Missing MissedExample::LiftedByNot(const rules::v1::Match& match,
                                                  const std::string& path) {
  const std::string at = path + ".not";
  if (!match.has_not_() || MissingIn(match.not_(), at)) return std::nullopt;
  const std::vector<PlacedHit> by = HitsUnder(at);
  const bool after = !Wanted().empty();
  if (by.empty()) {
    return Cause{SayBoth("$0符合 'not' 的条件（$1）",
                         "$2what 'not' asks for holds ($1)", after ? "但" : "",
                         PlaceInRules(pack_, at), after ? "but " : ""),
                 after};
  }
  const Both names = NamesOfHits(pack_, by);
  return Cause{SayBoth("$0被 not 中的$1排除", "$2'not' lifts it for $3",
                       after ? "但" : "", names.chinese, after ? "but " : "",
                       names.english),
               after};
}

// Of a rule whose tree holds: its hits are covered.
MissedExample::Missing MissedExample::LiftedByPhrase() {
  for (const PlacedHit& phrase : hits_) {
    if (!absl::EndsWith(phrase.path, "allow_phrases")) continue;
    const bool covers = absl::c_any_of(Wanted(), [&](const PlacedHit& one) {
      return phrase.hit.begin <= one.hit.begin && one.hit.end <= phrase.hit.end;
    });
    if (!covers) continue;
    const auto at = absl::c_find(*phrase.set.words, phrase.hit.pattern) -
                    phrase.set.words->begin();
    const Both name = InQuotes(phrase.hit.pattern);
    return Cause{SayBoth(
        "但被 allow_phrases 中的$0（$2）放行",
        "but the allowed phrase $1 ($2) lifts it", name.chinese, name.english,
        PlaceInRules(pack_, absl::StrCat(phrase.path, "[", at, "]")))};
  }
  return std::nullopt;
}

MissedExample::Missing MissedExample::Nothing(const std::string& path) const {
  return Cause{SayBoth("但没有 '$0'（$1）要找的内容",
                       "but nothing of '$0' ($1)", LastOf(path),
                       PlaceInRules(pack_, path))};
}

std::vector<PlacedHit> MissedExample::HitsAt(const std::string& path) const {
  std::vector<PlacedHit> hits;
  absl::c_copy_if(hits_, std::back_inserter(hits),
                  [&path](const PlacedHit& one) { return one.path == path; });
  return hits;
}

std::vector<PlacedHit> MissedExample::HitsUnder(const std::string& path) const {
  std::vector<PlacedHit> hits;
  absl::c_copy_if(
      hits_, std::back_inserter(hits), [&path](const PlacedHit& one) {
        return absl::StartsWith(absl::StrCat(one.path, "."), path + ".");
      });
  return hits;
}

std::vector<PlacedHit> MissedExample::Wanted() const {
  std::vector<PlacedHit> hits;
  absl::c_copy_if(hits_, std::back_inserter(hits),
                  [](const PlacedHit& one) { return !one.set.lifts; });
  return hits;
}

}  // namespace sluice::rules
