#pragma once

// The service Holds: officers release and reject held messages, and have
// messages redecided that a rule rejected by mistake.

#include <atomic>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gateway/admin/admin_context.h"
#include "gateway/control/campaign_book.h"
#include "gateway/versions/rule_statistics.h"
#include "sluice/admin/v1/holds.grpc.pb.h"

namespace sluice::gateway {

class HoldsService final : public admin::v1::HoldsService::CallbackService {
 public:
  // All arguments must outlive it.
  HoldsService(AdminContext& admin, CampaignBook& campaigns,
               RuleStatistics& statistics)
      : admin_(admin), campaigns_(campaigns), statistics_(statistics) {}

  grpc::ServerUnaryReactor* ListHolds(
      grpc::CallbackServerContext* context,
      const admin::v1::ListHoldsRequest* request,
      admin::v1::ListHoldsResponse* response) override;
  grpc::ServerUnaryReactor* GetHold(
      grpc::CallbackServerContext* context,
      const admin::v1::GetHoldRequest* request,
      admin::v1::GetHoldResponse* response) override;
  grpc::ServerWriteReactor<admin::v1::ReleaseHoldsResponse>* ReleaseHolds(
      grpc::CallbackServerContext* context,
      const admin::v1::ReleaseHoldsRequest* request) override;
  grpc::ServerWriteReactor<admin::v1::RejectHoldsResponse>* RejectHolds(
      grpc::CallbackServerContext* context,
      const admin::v1::RejectHoldsRequest* request) override;
  grpc::ServerWriteReactor<admin::v1::RejudgeMessagesResponse>* RejudgeMessages(
      grpc::CallbackServerContext* context,
      const admin::v1::RejudgeMessagesRequest* request) override;

 private:
  // Called when no message matches a rule, to find misspelled rules. OK if the
  // rule is in force, has hit before, or is in `seen`. Errors:
  // kInvalidArgument.
  absl::Status CheckRule(const std::string& rule,
                         std::vector<std::string> seen) const;

  AdminContext& admin_;
  CampaignBook& campaigns_;
  RuleStatistics& statistics_;
  // Two calls at a time could redecide a message twice.
  std::atomic<bool> rejudging_ = false;
};

}  // namespace sluice::gateway
