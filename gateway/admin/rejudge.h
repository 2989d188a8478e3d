#pragma once

// One call of HoldsService.RejudgeMessages: redecides messages that one rule
// alone rejected by mistake.

#include <functional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/control/campaign_book.h"
#include "gateway/control/control_state.h"
#include "sluice/admin/v1/holds.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// Reads the journal since start_time. Passes its progress to `progress`, which
// returns false when the caller has gone. Fills `seen` with the ids of all
// rules that rejected messages. With `apply`, only one call at a time.
// Errors: kInvalidArgument; kCancelled (also `stop`); those of the store.
absl::StatusOr<admin::v1::RejudgeMessagesResponse> Rejudge(
    store::Store& store, CampaignBook& campaigns,
    const admin::v1::RejudgeMessagesRequest& request, const Actor& actor,
    std::set<std::string>& seen,
    const std::function<bool(const admin::v1::RejudgeMessagesResponse&)>&
        progress,
    const StopAsked& stop);

// Errors: kInvalidArgument (names the field).
absl::Status CheckRejudge(const admin::v1::RejudgeMessagesRequest& request,
                          const Actor& actor, int64_t now_ms);

}  // namespace sluice::gateway
