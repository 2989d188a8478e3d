#pragma once

// One call of Holds.Release or Holds.Reject.

#include "gateway/campaign_book.h"
#include "gateway/office_stream.h"
#include "sluice/v1/holds.pb.h"

namespace sluice::gateway {

// Runs on a worker, and writes what it has done as it goes. Errors: as in
// holds.proto.
absl::Status JudgeHolds(Office& office, CampaignBook& campaigns,
                        const v1::JudgeHoldsRequest& request, bool reject,
                        filter::Language language,
                        OfficeStream<v1::JudgedHolds>& stream);

// Errors: kInvalidArgument.
absl::Status CheckJudgeReason(const std::string& reason);

}  // namespace sluice::gateway
