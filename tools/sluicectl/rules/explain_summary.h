#pragma once

// What an explanation comes to: the decision and its cause in one line, and
// which of the hits had a part in it.

#include <functional>
#include <set>
#include <string>

#include "sluice/admin/v1/rules.pb.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// Where the pattern of a hit stands: "lists/fakes.txt:12".
using PlaceOfHit = std::function<std::string(const admin::v1::ExplainedHit&)>;

// The rules whose hits the decision comes from: those that are a reason, and
// those whose scores make a sum that is one.
std::set<std::string> DecidingRules(
    const admin::v1::ExplainTextResponse& explained);

// The rules that only add to sums which are far from their thresholds.
std::set<std::string> FarRules(const admin::v1::ExplainTextResponse& explained);

// What lifts a rule's hits, with its place:
// "假客服（lists/cautions.txt:246，规则 的例外）、...".
std::string LiftsText(const Context& context,
                      const admin::v1::LiftedRule& lifted,
                      const PlaceOfHit& place);

// Why a rule is not for a message; empty: it is.
std::string NotForText(const Context& context, admin::v1::NotFor why);

// "拒绝：fake_documents 得分 155，达到 100（documents-score）：点数低 40
// （lists/documents/proof.txt:7）、...".
std::string SummaryOf(const Context& context,
                      const admin::v1::ExplainTextResponse& explained,
                      const PlaceOfHit& place);

}  // namespace sluice::ctl
