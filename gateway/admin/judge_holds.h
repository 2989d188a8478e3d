#pragma once

// One call of HoldsService.ReleaseHolds or HoldsService.RejectHolds.

#include <functional>
#include <string>

#include "gateway/admin/admin_context.h"
#include "gateway/control/campaign_book.h"
#include "sluice/admin/v1/holds.pb.h"

namespace sluice::gateway {

// Who judges, and how.
struct Judge {
  const Key& key;
  const std::string& reason;
  bool reject = false;  // Else release.
  filter::Language language;
};

// Takes what was done since the last time; false: the caller has gone.
using TellHolds = std::function<bool(const admin::v1::JudgedHolds&)>;

// Runs on a worker, and tells what it has done as it goes. Errors: as in
// holds.proto.
absl::Status JudgeHolds(AdminContext& admin, CampaignBook& campaigns,
                        const admin::v1::HoldSelection& selection,
                        const Judge& judge, const TellHolds& tell);

// Errors: kInvalidArgument.
absl::Status CheckJudgeReason(const std::string& reason);

}  // namespace sluice::gateway
