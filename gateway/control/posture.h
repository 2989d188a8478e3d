#pragma once

// What is in force and what of it is not enforced (design, section 9): the one
// list that start-up, the API and the officer's command show.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "gateway/control/rules_in_force.h"
#include "sluice/admin/v1/operations.pb.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::gateway {

// What an operator must know of a pack, a sentence each: that the text behind
// it is no longer the law in force, and what replaced it.
std::vector<std::string> NoticesOf(const rules::v1::PackHeader& header);

// The checks, limits and rules that `rules` do not enforce, and since when,
// by whom and why: what `before` has too, in the same mode and for the same
// classes, is so since what that says; the rest since `rules` were published.
std::vector<admin::v1::NotEnforcedSince> NotEnforcedOf(
    const PublishedRules& rules,
    absl::Span<const admin::v1::NotEnforcedSince> before, int64_t now_ms);

// What is lifted from the rules for a while.
struct Lifted {
  std::vector<admin::v1::Exemption> exemptions;  // In force.
  std::vector<RolledBackRule> rolled_back;
};

// Every check, limit and rule that would not refuse a message at `now_ms`.
// `providers` are the content providers: those whose messages made a rule roll
// back are named, and of those imported lately the consents are observed.
admin::v1::GetPostureResponse PostureOf(
    const PublishedRules& rules, const std::vector<store::v1::Party>& providers,
    const Lifted& lifted, int64_t now_ms);

}  // namespace sluice::gateway
