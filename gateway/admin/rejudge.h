#pragma once

// One call of HoldsService.RejudgeMessages: what only a mistaken rule had
// refused.

#include <functional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/control/campaign_book.h"
#include "gateway/control/control_state.h"
#include "sluice/admin/v1/holds.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// Goes through the journal's stretch; tells `progress` how far it is, which
// returns false when nobody waits any more. Fills `seen` with what has refused
// messages there, this rule or others. Only one at a time may apply.
// Errors: kInvalidArgument, kCancelled, those of the store.
absl::StatusOr<admin::v1::RejudgeMessagesResponse> Rejudge(
    store::Store& store, CampaignBook& campaigns,
    const admin::v1::RejudgeMessagesRequest& request, const Actor& actor,
    std::set<std::string>& seen,
    const std::function<bool(const admin::v1::RejudgeMessagesResponse&)>&
        progress);

// Errors: kInvalidArgument (names the field).
absl::Status CheckRejudge(const admin::v1::RejudgeMessagesRequest& request,
                          int64_t now_ms);

}  // namespace sluice::gateway
