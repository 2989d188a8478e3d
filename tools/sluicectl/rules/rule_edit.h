#pragma once

// Changes rules.yaml for an officer: a rule's words, values and examples, new
// rules, and the phrases that rules must let pass.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/sluicectl/rules/word_file.h"

namespace sluice::ctl {

struct RuleEdit {
  // A rule or threshold that is there. Empty: the pack as a whole.
  std::string rule;
  // A rule to make; it then counts as `rule`.
  std::string new_rule;
  std::string remove_rule;
  // `words` are for the allow phrases, of the rule if there is one, or for the
  // pack's strict words. Neither: for the rule's own words.
  bool allow_phrases = false;
  bool strict_words = false;
  WordEdit words;
  // "FIELD=VALUE"; without a value the field goes.
  std::vector<std::string> set;
  // Examples that the rule must hit, and let pass.
  std::vector<std::string> hits;
  std::vector<std::string> passes;

  // Whether it is about rules.yaml at all.
  bool Any() const {
    return !rule.empty() || !new_rule.empty() || !remove_rule.empty() ||
           allow_phrases || strict_words;
  }
};

// `path` is for errors, `content` that of rules.yaml. A new rule holds messages
// for a person, as CONTENT_UNWANTED by policy, if `set` does not say otherwise.
// Errors: kInvalidArgument (the file's faults, a field that no rule has, a
// word that is empty), kNotFound (no such rule, a word to remove is not there),
// kAlreadyExists (a rule or word is there already), kFailedPrecondition (words
// for a rule that joins several conditions; those of YamlEditor).
absl::StatusOr<std::string> EditRules(const std::string& path,
                                      absl::string_view content,
                                      const RuleEdit& edit);

}  // namespace sluice::ctl
