#pragma once

// One call of HoldsService.ReleaseHolds or HoldsService.RejectHolds.

#include <functional>
#include <string>

#include "gateway/admin/admin_context.h"
#include "gateway/control/campaign_book.h"
#include "sluice/admin/v1/holds.pb.h"

namespace sluice::gateway {

// Who decides about held messages, and how.
struct Judge {
  const Key& key;
  const std::string& reason;
  bool reject = false;  // False: release.
  filter::Language language;
  // Called when no message matches a filter's rule, to find misspelled ones.
  // Errors: kInvalidArgument about the field `rule`.
  std::function<absl::Status(const std::string& rule)> check_rule;
};

// Gets the messages decided since the last call; false: the caller has gone.
using TellHolds = std::function<bool(const admin::v1::JudgedHolds&)>;

// Runs on a worker, and passes its progress to `tell`. Errors: as in
// holds.proto; kCancelled (`stop`; what is decided stays decided).
absl::Status JudgeHolds(AdminContext& admin, CampaignBook& campaigns,
                        const admin::v1::HoldSelection& selection,
                        const Judge& judge, const TellHolds& tell,
                        const StopAsked& stop);

}  // namespace sluice::gateway
