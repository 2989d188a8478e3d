#pragma once

// RulesService.PreviewVersion: the messages of the journal, examined again by
// another version.

#include <functional>

#include "absl/status/statusor.h"
#include "gateway/versions/rule_book.h"
#include "sluice/admin/v1/rules.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// How far it is, 0 to 1, and how many messages were judged. Returns false to
// end the preview.
using PreviewProgress = std::function<bool(double done, uint64_t messages)>;

// Calls `progress` every so often. Errors: kInvalidArgument (times, samples),
// kCancelled (`progress` said so), those of Store::Scan.
absl::StatusOr<admin::v1::PreviewResult> Preview(
    const store::Store& store, const CompiledVersion& before,
    const CompiledVersion& after,
    const admin::v1::PreviewVersionRequest& request,
    const PreviewProgress& progress);

}  // namespace sluice::gateway
