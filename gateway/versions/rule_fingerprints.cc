#include "gateway/versions/rule_fingerprints.h"

#include "absl/strings/str_cat.h"
#include "filter/policy/hash.h"

namespace sluice::gateway {
namespace {

// Serialisation is deterministic: these messages have no map.
uint64_t Add(const google::protobuf::Message& message, uint64_t seed) {
  return filter::HashOf(message.SerializeAsString(), seed);
}

// The settings of the pack that apply to all rules.
uint64_t OfPack(const rules::v1::PackRules& source) {
  uint64_t hash = Add(source.sounds(), 1);
  for (const std::string& phrase : source.allow_phrases()) {
    hash = filter::HashOf(phrase, hash);
  }
  if (!source.strict_words().empty()) hash = filter::HashOf("strict", hash);
  for (const std::string& word : source.strict_words()) {
    hash = filter::HashOf(word, hash);
  }
  return hash;
}

bool AsksForFiles(const rules::v1::Match& match) {
  if (match.has_links() || match.has_weight()) return true;
  if (match.has_not_() && AsksForFiles(match.not_())) return true;
  for (const auto* trees : {&match.any(), &match.all()}) {
    for (const rules::v1::Match& one : *trees) {
      if (AsksForFiles(one)) return true;
    }
  }
  return false;
}

uint64_t OfRule(const rules::RuleSet& rules, uint32_t number, uint64_t seed) {
  rules::v1::ContentRule rule = rules.rules()[number];
  rule.clear_note();
  rule.clear_owner();
  rule.clear_examples();
  rule.clear_article();
  rule.clear_auto_rollback();
  uint64_t hash = Add(rule, seed);
  rules.ForEachPattern(
      number, [&hash](absl::string_view text, bool, absl::string_view) {
        hash = filter::HashOf(text, hash);
      });
  // Domain lists and weight tables have no digest of their own, so the whole
  // pack's is used.
  if (AsksForFiles(rule.match())) {
    hash = filter::HashOf(rules.digest(), hash);
  }
  return hash;
}

}  // namespace

std::map<std::string, uint64_t> FingerprintsOf(const rules::RuleSet& rules) {
  std::map<std::string, uint64_t> found;
  std::map<std::string, uint64_t> tags;  // By category.
  const uint64_t seed = OfPack(rules.source());
  for (uint32_t i = 0; i < rules.rules().size(); ++i) {
    const rules::v1::ContentRule& rule = rules.rules()[i];
    const uint64_t hash = OfRule(rules, i, seed);
    found[rule.id()] = hash;
    if (rule.action() == rules::v1::RULE_ACTION_TAG)
      tags[rule.category()] ^= hash;
  }
  for (rules::v1::Threshold threshold : rules.thresholds()) {
    threshold.clear_note();
    threshold.clear_article();
    found[threshold.id()] = Add(threshold, tags[threshold.category()]);
  }
  return found;
}

}  // namespace sluice::gateway
