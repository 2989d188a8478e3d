#pragma once

// The service Rules: versions of the rules, from draft to publication, and what
// people ask about them.

#include <memory>
#include <string>
#include <utility>

#include "gateway/admin/admin_context.h"
#include "gateway/redecide/rechecker.h"
#include "gateway/versions/rule_book.h"
#include "gateway/versions/rule_statistics.h"
#include "sluice/admin/v1/rules.grpc.pb.h"

namespace sluice::gateway {

// Reads the configured pack again and puts it in force; what SIGHUP does too.
// Logs what was and is in force, or every fault. Any thread.
// Errors: those of Rules.Reload.
absl::Status ReloadRules(RuleBook& book, ControlState& control,
                         const std::string& folder, const Actor& actor);

class RulesService final : public admin::v1::RulesService::CallbackService {
 public:
  // What it borrows must outlive it. `folder` is the configured pack's.
  RulesService(AdminContext& admin, RuleBook& book, Rechecker& rechecker,
               RuleStatistics& statistics, std::string folder)
      : admin_(admin),
        book_(book),
        rechecker_(rechecker),
        statistics_(statistics),
        folder_(std::move(folder)) {}

  grpc::ServerUnaryReactor* Reload(grpc::CallbackServerContext* context,
                                   const admin::v1::ReloadRequest* request,
                                   admin::v1::RuleSetStatus* response) override;
  grpc::ServerUnaryReactor* Status(
      grpc::CallbackServerContext* context,
      const admin::v1::RuleSetStatusRequest* request,
      admin::v1::RuleSetStatus* response) override;
  grpc::ServerUnaryReactor* PutDraft(grpc::CallbackServerContext* context,
                                     const admin::v1::PutDraftRequest* request,
                                     admin::v1::RuleVersion* response) override;
  grpc::ServerUnaryReactor* Approve(grpc::CallbackServerContext* context,
                                    const admin::v1::ApproveRequest* request,
                                    admin::v1::RuleVersion* response) override;
  grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context,
                                    const admin::v1::PublishRequest* request,
                                    admin::v1::RuleVersion* response) override;
  grpc::ServerUnaryReactor* Rollback(grpc::CallbackServerContext* context,
                                     const admin::v1::RollbackRequest* request,
                                     admin::v1::RuleVersion* response) override;
  grpc::ServerUnaryReactor* RecheckStatus(
      grpc::CallbackServerContext* context,
      const admin::v1::RecheckStatusRequest* request,
      admin::v1::RecheckProgress* response) override;
  grpc::ServerUnaryReactor* Withdraw(grpc::CallbackServerContext* context,
                                     const admin::v1::WithdrawRequest* request,
                                     admin::v1::RuleVersion* response) override;
  grpc::ServerUnaryReactor* History(
      grpc::CallbackServerContext* context,
      const admin::v1::HistoryRequest* request,
      admin::v1::HistoryResponse* response) override;
  grpc::ServerUnaryReactor* Export(
      grpc::CallbackServerContext* context,
      const admin::v1::ExportRequest* request,
      admin::v1::ExportResponse* response) override;
  grpc::ServerUnaryReactor* Explain(
      grpc::CallbackServerContext* context,
      const admin::v1::ExplainRequest* request,
      admin::v1::ExplainResponse* response) override;
  grpc::ServerWriteReactor<admin::v1::PreviewResponse>* Preview(
      grpc::CallbackServerContext* context,
      const admin::v1::PreviewRequest* request) override;
  grpc::ServerUnaryReactor* Stats(grpc::CallbackServerContext* context,
                                  const admin::v1::StatsRequest* request,
                                  admin::v1::StatsResponse* response) override;
  grpc::ServerUnaryReactor* Exempt(grpc::CallbackServerContext* context,
                                   const admin::v1::ExemptRequest* request,
                                   admin::v1::Exemption* response) override;
  grpc::ServerUnaryReactor* ConfirmExemption(
      grpc::CallbackServerContext* context,
      const admin::v1::ExemptionRequest* request,
      admin::v1::Exemption* response) override;
  grpc::ServerUnaryReactor* EndExemption(
      grpc::CallbackServerContext* context,
      const admin::v1::ExemptionRequest* request,
      admin::v1::Exemption* response) override;
  grpc::ServerUnaryReactor* ListExemptions(
      grpc::CallbackServerContext* context,
      const admin::v1::ListExemptionsRequest* request,
      admin::v1::ListExemptionsResponse* response) override;

 private:
  AdminContext& admin_;
  RuleBook& book_;
  Rechecker& rechecker_;
  RuleStatistics& statistics_;
  const std::string folder_;
};

}  // namespace sluice::gateway
