#pragma once

// The service Rules: versions of the rules, from draft to publication,
// explanations, previews, statistics; exemptions and blocks, whose calls are in
// break_glass_calls.cc.

#include <memory>
#include <string>
#include <utility>

#include "gateway/admin/admin_context.h"
#include "gateway/redecide/rechecker.h"
#include "gateway/versions/rule_book.h"
#include "gateway/versions/rule_statistics.h"
#include "sluice/admin/v1/rules.grpc.pb.h"

namespace sluice::gateway {

class RulesService final : public admin::v1::RulesService::CallbackService {
 public:
  // All references must outlive it. `folder` is the configured pack's.
  RulesService(AdminContext& admin, RuleBook& book, Rechecker& rechecker,
               RuleStatistics& statistics, std::string folder)
      : admin_(admin),
        book_(book),
        rechecker_(rechecker),
        statistics_(statistics),
        folder_(std::move(folder)) {}

  grpc::ServerUnaryReactor* ReloadRules(
      grpc::CallbackServerContext* context,
      const admin::v1::ReloadRulesRequest* request,
      admin::v1::ReloadRulesResponse* response) override;
  grpc::ServerUnaryReactor* GetRuleSetStatus(
      grpc::CallbackServerContext* context,
      const admin::v1::GetRuleSetStatusRequest* request,
      admin::v1::GetRuleSetStatusResponse* response) override;
  grpc::ServerUnaryReactor* PutDraft(
      grpc::CallbackServerContext* context,
      const admin::v1::PutDraftRequest* request,
      admin::v1::PutDraftResponse* response) override;
  grpc::ServerUnaryReactor* ApproveVersion(
      grpc::CallbackServerContext* context,
      const admin::v1::ApproveVersionRequest* request,
      admin::v1::ApproveVersionResponse* response) override;
  grpc::ServerUnaryReactor* PublishVersion(
      grpc::CallbackServerContext* context,
      const admin::v1::PublishVersionRequest* request,
      admin::v1::PublishVersionResponse* response) override;
  grpc::ServerUnaryReactor* RollbackRules(
      grpc::CallbackServerContext* context,
      const admin::v1::RollbackRulesRequest* request,
      admin::v1::RollbackRulesResponse* response) override;
  grpc::ServerUnaryReactor* GetRecheckStatus(
      grpc::CallbackServerContext* context,
      const admin::v1::GetRecheckStatusRequest* request,
      admin::v1::GetRecheckStatusResponse* response) override;
  grpc::ServerUnaryReactor* WithdrawVersion(
      grpc::CallbackServerContext* context,
      const admin::v1::WithdrawVersionRequest* request,
      admin::v1::WithdrawVersionResponse* response) override;
  grpc::ServerUnaryReactor* ListVersions(
      grpc::CallbackServerContext* context,
      const admin::v1::ListVersionsRequest* request,
      admin::v1::ListVersionsResponse* response) override;
  grpc::ServerUnaryReactor* GetVersion(
      grpc::CallbackServerContext* context,
      const admin::v1::GetVersionRequest* request,
      admin::v1::GetVersionResponse* response) override;
  grpc::ServerUnaryReactor* ExportVersion(
      grpc::CallbackServerContext* context,
      const admin::v1::ExportVersionRequest* request,
      admin::v1::ExportVersionResponse* response) override;
  grpc::ServerUnaryReactor* ExplainText(
      grpc::CallbackServerContext* context,
      const admin::v1::ExplainTextRequest* request,
      admin::v1::ExplainTextResponse* response) override;
  grpc::ServerWriteReactor<admin::v1::PreviewVersionResponse>* PreviewVersion(
      grpc::CallbackServerContext* context,
      const admin::v1::PreviewVersionRequest* request) override;
  grpc::ServerUnaryReactor* GetStats(
      grpc::CallbackServerContext* context,
      const admin::v1::GetStatsRequest* request,
      admin::v1::GetStatsResponse* response) override;
  grpc::ServerUnaryReactor* CreateExemption(
      grpc::CallbackServerContext* context,
      const admin::v1::CreateExemptionRequest* request,
      admin::v1::CreateExemptionResponse* response) override;
  grpc::ServerUnaryReactor* ConfirmExemption(
      grpc::CallbackServerContext* context,
      const admin::v1::ConfirmExemptionRequest* request,
      admin::v1::ConfirmExemptionResponse* response) override;
  grpc::ServerUnaryReactor* EndExemption(
      grpc::CallbackServerContext* context,
      const admin::v1::EndExemptionRequest* request,
      admin::v1::EndExemptionResponse* response) override;
  grpc::ServerUnaryReactor* ListExemptions(
      grpc::CallbackServerContext* context,
      const admin::v1::ListExemptionsRequest* request,
      admin::v1::ListExemptionsResponse* response) override;
  grpc::ServerUnaryReactor* CreateBlock(
      grpc::CallbackServerContext* context,
      const admin::v1::CreateBlockRequest* request,
      admin::v1::CreateBlockResponse* response) override;
  grpc::ServerUnaryReactor* ConfirmBlock(
      grpc::CallbackServerContext* context,
      const admin::v1::ConfirmBlockRequest* request,
      admin::v1::ConfirmBlockResponse* response) override;
  grpc::ServerUnaryReactor* EndBlock(
      grpc::CallbackServerContext* context,
      const admin::v1::EndBlockRequest* request,
      admin::v1::EndBlockResponse* response) override;
  grpc::ServerUnaryReactor* ListBlocks(
      grpc::CallbackServerContext* context,
      const admin::v1::ListBlocksRequest* request,
      admin::v1::ListBlocksResponse* response) override;

 private:
  AdminContext& admin_;
  RuleBook& book_;
  Rechecker& rechecker_;
  RuleStatistics& statistics_;
  const std::string folder_;
};

}  // namespace sluice::gateway
