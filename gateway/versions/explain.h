#pragma once

// Rules.Explain: everything a version of the rules sees in a text.

#include <cstdint>

#include "absl/status/statusor.h"
#include "filter/examine/snapshot.h"
#include "filter/sentence.h"
#include "gateway/versions/rule_book.h"
#include "sluice/admin/v1/rules.pb.h"

namespace sluice::gateway {

// `snapshot` is what decides now; `version` takes its rules' place. Errors:
// kInvalidArgument (an unknown account; not UTF-8; an empty text). Without a
// recipient, all that hangs on the number is left out.
absl::StatusOr<admin::v1::ExplainResponse> Explain(
    const filter::Snapshot& snapshot, const CompiledVersion& version,
    const admin::v1::ExplainRequest& request, int64_t now_ms,
    filter::Language language);

}  // namespace sluice::gateway
