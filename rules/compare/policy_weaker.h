#pragma once

// What policy.yaml and articles.yaml give up of the shipped pack's.

#include "absl/strings/string_view.h"
#include "rules/compare/weaker.h"
#include "rules/pack/pack.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::rules {

// The mode of the check behind a reason code for messages of a class.
rules::v1::CheckMode ModeOf(const rules::v1::PackPolicy& policy,
                            absl::string_view code, int message_class);

// Adds a warning for each duty, check, limit, figure and list of the policy
// that does less, each class that may be sent at more hours, and each article
// of the law that is none of the law any more.
void FindWeakerPolicy(const Pack& shipped, const Pack& own, Weaker& weaker);

}  // namespace sluice::rules
