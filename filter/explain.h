#pragma once

// Everything a version of the rules sees in a text, for people: what
// RulesService.ExplainText answers and `sluicectl rules explain` computes
// without a server.

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/examine/examine.h"
#include "filter/examine/snapshot.h"
#include "filter/policy/language.h"
#include "filter/registry/registry.h"
#include "sluice/admin/v1/rules.pb.h"

namespace sluice::filter {

// The template that an examined message is made from; null: none. A message
// that names a template and does not fit it is made from none.
const Template* TemplateOf(const Registry& registry, const MessageFacts& facts);

// With an account, all checks of Examine look at `message` as that account's;
// without one (`account_id` is empty) only the rules look at its text, and
// `snapshot` needs no more than rules and policy. Without a recipient, the
// answer leaves out everything that depends on the number. Errors:
// kInvalidArgument (an unknown account; not UTF-8; an empty text).
absl::StatusOr<admin::v1::ExplainTextResponse> Explain(
    const Snapshot& snapshot, absl::string_view account_id,
    const Message& message, int64_t now_ms, Language language);

}  // namespace sluice::filter
