#pragma once

// Which rules are in force, and which checks, limits and rules in them are not
// enforced (design, section 9): the one list for the start-up log, the API and
// the officers' command.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "gateway/control/rules_in_force.h"
#include "rules/base/language.h"
#include "sluice/admin/v1/campaigns.pb.h"
#include "sluice/admin/v1/operations.pb.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::gateway {

// Warnings to the operator about a pack, one sentence each: the law behind it
// is no longer in force, and what replaced it.
std::vector<std::string> NoticesOf(const rules::v1::PackHeader& header,
                                   Language language = Language::kEnglish);

// The checks, limits and rules that `rules` do not enforce, each with since
// when, by whom and why. An entry that `before` has with the same mode and
// classes keeps the start, actor and reason of `before`; other entries have
// those of the publication of `rules`. The same mode for another cause, or with
// another scope, is another entry.
// `before` is what is in force until then. Where its entries are of an earlier
// version of Sluice, which recorded no causes, its rules say which they are;
// without its rules too, causes and scopes are not compared.
std::vector<admin::v1::NotEnforcedSince> NotEnforcedOf(
    const PublishedRules& rules, const PublishedRules& before, int64_t now_ms);

// What persons, and Sluice itself, have lifted beside the rules.
struct Lifted {
  std::vector<admin::v1::Exemption> exemptions;  // In force.
  std::vector<RolledBackRule> rolled_back;
  // All templates: hits in the fixed text of some are accepted.
  std::vector<store::v1::Party> templates;
  // With a decision in force: some are released.
  std::vector<admin::v1::Campaign> campaigns;
};

// The rules in force, and every check, limit and rule that is not enforced at
// `now_ms`. `providers` are all content providers: an automatic rollback names
// one, and the consent checks of recently imported ones are observed. Notes and
// notices are of this language.
admin::v1::GetPostureResponse PostureOf(
    const PublishedRules& rules, const std::vector<store::v1::Party>& providers,
    const Lifted& lifted, int64_t now_ms,
    Language language = Language::kEnglish);

}  // namespace sluice::gateway
