#pragma once

// The service Rules: versions of the rules, from draft to publication, and what
// people ask about them.

#include <memory>
#include <string>
#include <utility>

#include "gateway/office.h"
#include "gateway/rechecker.h"
#include "gateway/rule_book.h"
#include "gateway/rule_statistics.h"
#include "sluice/v1/rules.grpc.pb.h"

namespace sluice::gateway {

// Reads the configured pack again and puts it in force; what SIGHUP does too.
// Logs what was and is in force, or every fault. Any thread.
// Errors: those of Rules.Reload.
absl::Status ReloadRules(RuleBook& book, ControlState& control,
                         const std::string& folder, const Actor& actor);

class RulesService final : public v1::Rules::CallbackService {
 public:
  // What it borrows must outlive it. `folder` is the configured pack's.
  RulesService(Office& office, RuleBook& book, Rechecker& rechecker,
               RuleStatistics& statistics, std::string folder)
      : office_(office),
        book_(book),
        rechecker_(rechecker),
        statistics_(statistics),
        folder_(std::move(folder)) {}

  grpc::ServerUnaryReactor* Reload(grpc::CallbackServerContext* context,
                                   const v1::ReloadRequest* request,
                                   v1::RuleSetStatus* response) override;
  grpc::ServerUnaryReactor* Status(grpc::CallbackServerContext* context,
                                   const v1::RuleSetStatusRequest* request,
                                   v1::RuleSetStatus* response) override;
  grpc::ServerUnaryReactor* PutDraft(grpc::CallbackServerContext* context,
                                     const v1::PutDraftRequest* request,
                                     v1::RuleVersion* response) override;
  grpc::ServerUnaryReactor* Approve(grpc::CallbackServerContext* context,
                                    const v1::ApproveRequest* request,
                                    v1::RuleVersion* response) override;
  grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context,
                                    const v1::PublishRequest* request,
                                    v1::RuleVersion* response) override;
  grpc::ServerUnaryReactor* Rollback(grpc::CallbackServerContext* context,
                                     const v1::RollbackRequest* request,
                                     v1::RuleVersion* response) override;
  grpc::ServerUnaryReactor* RecheckStatus(
      grpc::CallbackServerContext* context,
      const v1::RecheckStatusRequest* request,
      v1::RecheckProgress* response) override;
  grpc::ServerUnaryReactor* Withdraw(grpc::CallbackServerContext* context,
                                     const v1::WithdrawRequest* request,
                                     v1::RuleVersion* response) override;
  grpc::ServerUnaryReactor* History(grpc::CallbackServerContext* context,
                                    const v1::HistoryRequest* request,
                                    v1::HistoryResponse* response) override;
  grpc::ServerUnaryReactor* Export(grpc::CallbackServerContext* context,
                                   const v1::ExportRequest* request,
                                   v1::ExportResponse* response) override;
  grpc::ServerUnaryReactor* Explain(grpc::CallbackServerContext* context,
                                    const v1::ExplainRequest* request,
                                    v1::ExplainResponse* response) override;
  grpc::ServerWriteReactor<v1::PreviewResponse>* Preview(
      grpc::CallbackServerContext* context,
      const v1::PreviewRequest* request) override;
  grpc::ServerUnaryReactor* Stats(grpc::CallbackServerContext* context,
                                  const v1::StatsRequest* request,
                                  v1::StatsResponse* response) override;
  grpc::ServerUnaryReactor* Exempt(grpc::CallbackServerContext* context,
                                   const v1::ExemptRequest* request,
                                   v1::Exemption* response) override;
  grpc::ServerUnaryReactor* ConfirmExemption(
      grpc::CallbackServerContext* context, const v1::ExemptionRequest* request,
      v1::Exemption* response) override;
  grpc::ServerUnaryReactor* EndExemption(grpc::CallbackServerContext* context,
                                         const v1::ExemptionRequest* request,
                                         v1::Exemption* response) override;
  grpc::ServerUnaryReactor* ListExemptions(
      grpc::CallbackServerContext* context,
      const v1::ListExemptionsRequest* request,
      v1::ListExemptionsResponse* response) override;

 private:
  Office& office_;
  RuleBook& book_;
  Rechecker& rechecker_;
  RuleStatistics& statistics_;
  const std::string folder_;
};

}  // namespace sluice::gateway
