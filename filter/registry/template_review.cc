#include "filter/registry/template_review.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "absl/algorithm/container.h"
#include "absl/container/inlined_vector.h"
#include "filter/policy/asked_words.h"
#include "filter/policy/reason.h"
#include "filter/policy/wordings.h"
#include "rules/base/characters.h"
#include "rules/pack/word_list.h"

namespace sluice::filter {
namespace {

// Fixed text as one, with a gap for each variable.
void WriteFixed(const TemplateText& text, std::string& out) {
  out.clear();
  for (size_t i = 0; i <= text.variables().size(); ++i) {
    if (i > 0) out += '\n';
    const absl::string_view fixed = text.submitted(i);
    out.append(fixed.data(), fixed.size());
  }
}

bool MayBeAbout(const Audience& audience, const store::v1::Template& party) {
  if (!audience.limited) return true;
  const auto& in = audience.scope.content_providers();
  const auto& out = audience.except.content_providers();
  const std::string& owner = party.content_provider_id();
  return (in.empty() || absl::c_linear_search(in, owner)) &&
         !absl::c_linear_search(out, owner);
}

bool MayBeAbout(const CompiledRule& rule, const store::v1::Template& party) {
  const auto c = static_cast<MessageClass>(party.message_class());
  return !rule.mode.off() && (rule.classes & MaskOf(c)) != 0 &&
         MayBeAbout(rule.audience, party);
}

bool IsAccepted(const store::v1::Template& party, absl::string_view rule,
                absl::string_view word) {
  return absl::c_any_of(party.accepted_hits(), [&](const auto& hit) {
    return hit.rule() == rule && hit.word() == word;
  });
}

// A tag of the text.
struct Tag {
  uint32_t rule = 0;
  std::string word;
  bool accepted = false;
};

// By rule, word; what is prohibited apart.
struct InOrder {
  bool operator()(const TemplateHit& a, const TemplateHit& b) const {
    return std::tuple(!a.prohibited, absl::string_view(a.rule),
                      absl::string_view(a.word)) <
           std::tuple(!b.prohibited, absl::string_view(b.rule),
                      absl::string_view(b.word));
  }
};
using Found = std::set<TemplateHit, InOrder>;

// Adds the threshold and its tags when they reach it. What is prohibited counts
// those too that were accepted.
void AddSum(const ContentPolicy& content, const CompiledThreshold& threshold,
            const std::vector<Tag>& tags, Found& found) {
  const bool prohibited = threshold.unliftable;
  std::set<uint32_t> rules;
  for (const Tag& tag : tags) {
    if (prohibited || !tag.accepted) rules.insert(tag.rule);
  }
  uint32_t sum = 0;
  for (const uint32_t rule : rules) sum += content.rules()[rule].score;
  if (sum < threshold.score) return;
  found.insert({threshold.id, "", prohibited});
  for (const Tag& tag : tags) {
    if (!rules.contains(tag.rule) || (tag.accepted && !prohibited)) continue;
    found.insert({content.rules()[tag.rule].id, tag.word, false});
  }
}

// Adds the opt-out words that the text asks for with another meaning, as the
// examination of a message does (examine/wording.cc).
void AddWordConflicts(const Policy& policy, const store::v1::Template& party,
                      const TemplateReviewScratch& scratch, Found& found) {
  const auto c = static_cast<MessageClass>(party.message_class());
  if (c == MessageClass::kVerification ||
      policy.ModeOf(ReasonCode::kOptoutWordConflict, c).off() ||
      HasWordConflict(policy.content(), scratch.hits)) {
    return;
  }
  const Wordings& wordings = policy.wordings();
  const absl::string_view folded = scratch.folded.bytes;
  for (const AskedWord& asked : FindAskedWords(
           wordings, folded.substr(0, NoticeBegin(wordings, folded)))) {
    if (!asked.refuses || IsAccepted(party, kAsksForOptOutWord, asked.word)) {
      continue;
    }
    found.insert({std::string(kAsksForOptOutWord), asked.word, false});
  }
}

}  // namespace

bool HasWordConflict(const ContentPolicy& content,
                     absl::Span<const rules::Hit> hits) {
  return absl::c_any_of(hits, [&content](const rules::Hit& hit) {
    return content.rules()[hit.rule].code == ReasonCode::kOptoutWordConflict;
  });
}

absl::string_view WordOf(const rules::RuleSet& rules, const rules::Hit& hit,
                         absl::string_view text, std::string& kept) {
  if (hit.pattern != rules::kNoPattern) return rules.PatternText(hit.pattern);
  kept = rules::FoldWord(PartOf(text, hit.begin, hit.end));
  return kept;
}

uint32_t SumOfTags(const ContentPolicy& content,
                   absl::Span<const rules::Hit> hits, uint32_t category) {
  absl::InlinedVector<uint32_t, 32> seen;
  uint32_t sum = 0;
  for (const rules::Hit& hit : hits) {
    const CompiledRule& rule = content.rules()[hit.rule];
    if (rule.score == 0 || rule.category != category ||
        absl::c_linear_search(seen, hit.rule)) {
      continue;
    }
    seen.push_back(hit.rule);
    sum += rule.score;
  }
  return sum;
}

std::vector<TemplateHit> ReviewTemplate(const rules::RuleSet& rules,
                                        const Policy& policy,
                                        const store::v1::Template& party,
                                        const ReleasedText& released,
                                        TemplateReviewScratch& scratch) {
  WriteFixed(released.text, scratch.text);
  scratch.hits.clear();
  rules::FoldTable::Shared().Fold(scratch.text, scratch.folded);
  rules.Match(scratch.folded,
              {party.message_class(), scratch.folded.code_points, scratch.text},
              scratch.match, scratch.hits);
  Found found;
  std::map<uint32_t, std::vector<Tag>> tags;  // By category.
  const ContentPolicy& content = policy.content();
  std::string kept;
  for (const rules::Hit& hit : scratch.hits) {
    const CompiledRule& rule = content.rules()[hit.rule];
    if (!MayBeAbout(rule, party)) continue;
    const std::string word(WordOf(rules, hit, scratch.text, kept));
    const bool accepted = IsAccepted(party, rule.id, word);
    if (rule.score != 0) {
      tags[rule.category].push_back({hit.rule, word, accepted});
      continue;
    }
    const bool prohibited = rule.unliftable;
    if (prohibited || !accepted) found.insert({rule.id, word, prohibited});
  }
  for (const CompiledThreshold& threshold : content.thresholds()) {
    const auto those = tags.find(threshold.category);
    if (those == tags.end() || threshold.mode.off() ||
        !MayBeAbout(threshold.audience, party)) {
      continue;
    }
    AddSum(content, threshold, those->second, found);
  }
  AddWordConflicts(policy, party, scratch, found);
  return {found.begin(), found.end()};
}

}  // namespace sluice::filter
