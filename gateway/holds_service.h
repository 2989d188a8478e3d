#pragma once

// The service Holds: people judge held messages, and have judged again what a
// mistaken rule refused.

#include <atomic>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gateway/campaign_book.h"
#include "gateway/office.h"
#include "gateway/rule_statistics.h"
#include "sluice/v1/holds.grpc.pb.h"

namespace sluice::gateway {

class HoldsService final : public v1::Holds::CallbackService {
 public:
  // All must outlive it.
  HoldsService(Office& office, CampaignBook& campaigns,
               RuleStatistics& statistics)
      : office_(office), campaigns_(campaigns), statistics_(statistics) {}

  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context,
                                 const v1::ListHoldsRequest* request,
                                 v1::ListHoldsResponse* response) override;
  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context,
                                const v1::GetHoldRequest* request,
                                v1::HeldMessage* response) override;
  grpc::ServerWriteReactor<v1::JudgedHolds>* Release(
      grpc::CallbackServerContext* context,
      const v1::JudgeHoldsRequest* request) override;
  grpc::ServerWriteReactor<v1::JudgedHolds>* Reject(
      grpc::CallbackServerContext* context,
      const v1::JudgeHoldsRequest* request) override;
  grpc::ServerWriteReactor<v1::RejudgeResponse>* Rejudge(
      grpc::CallbackServerContext* context,
      const v1::RejudgeRequest* request) override;

 private:
  // That nothing matches a rule is good news only if there is such a rule: one
  // in force, one that has hit before, or one of `seen`.
  absl::Status CheckRule(const std::string& rule,
                         std::vector<std::string> seen) const;

  Office& office_;
  CampaignBook& campaigns_;
  RuleStatistics& statistics_;
  // Two at a time would revive a message twice.
  std::atomic<bool> rejudging_ = false;
};

}  // namespace sluice::gateway
