#pragma once

// One call of Holds.Release or Holds.Reject.

#include "gateway/admin/admin_stream.h"
#include "gateway/control/campaign_book.h"
#include "sluice/admin/v1/holds.pb.h"

namespace sluice::gateway {

// Runs on a worker, and writes what it has done as it goes. Errors: as in
// holds.proto.
absl::Status JudgeHolds(AdminContext& admin, CampaignBook& campaigns,
                        const admin::v1::JudgeHoldsRequest& request,
                        bool reject, filter::Language language,
                        AdminStream<admin::v1::JudgedHolds>& stream);

// Errors: kInvalidArgument.
absl::Status CheckJudgeReason(const std::string& reason);

}  // namespace sluice::gateway
