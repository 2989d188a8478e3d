#pragma once

// The service Rules, and what SIGHUP does: read the pack again and put it in
// force, or say every fault and leave the old one.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/office.h"
#include "sluice/v1/rules.grpc.pb.h"

namespace sluice::gateway {

// Reads the pack in `folder`, compiles it (seconds for large lists) and puts it
// in force. Logs what was and is in force, or every fault. Any thread.
// Errors: kInvalidArgument, all faults; kUnavailable.
absl::Status ReloadRules(ControlState& control, const std::string& folder,
                         const Actor& actor);

class RulesService final : public v1::Rules::CallbackService {
 public:
  // `office` must outlive it. `folder` is the pack's.
  RulesService(Office& office, std::string folder)
      : office_(office), folder_(std::move(folder)) {}

  grpc::ServerUnaryReactor* Reload(grpc::CallbackServerContext* context,
                                   const v1::ReloadRequest* request,
                                   v1::RuleSetStatus* response) override;
  grpc::ServerUnaryReactor* Status(grpc::CallbackServerContext* context,
                                   const v1::RuleSetStatusRequest* request,
                                   v1::RuleSetStatus* response) override;

 private:
  Office& office_;
  const std::string folder_;
};

}  // namespace sluice::gateway
