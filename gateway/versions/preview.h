#pragma once

// RulesService.PreviewVersion: examines the messages of the journal again, by
// two versions of the rules.

#include <functional>

#include "absl/status/statusor.h"
#include "gateway/versions/rule_book.h"
#include "sluice/admin/v1/rules.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// Gets the share of the journal read, 0 to 1, and the number of messages
// examined. Returns false to end the preview.
using PreviewProgress = std::function<bool(double done, uint64_t messages)>;

// Calls `progress` after every few thousand records. Errors: kInvalidArgument
// (times, samples), kCancelled (`progress` returned false), those of
// Store::Scan.
absl::StatusOr<admin::v1::PreviewResult> Preview(
    const store::Store& store, const CompiledVersion& before,
    const CompiledVersion& after,
    const admin::v1::PreviewVersionRequest& request,
    const PreviewProgress& progress);

}  // namespace sluice::gateway
