#pragma once

// A preview over the messages of the journal, which only the server has.

#include "absl/status/statusor.h"
#include "sluice/admin/v1/rules.pb.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// Shows its progress. Errors: those of PreviewVersion.
absl::StatusOr<admin::v1::PreviewResult> PreviewJournal(
    const Context& context, const admin::v1::PreviewVersionRequest& request);

}  // namespace sluice::ctl
