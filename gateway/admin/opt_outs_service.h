#pragma once

// The service OptOuts: opt-outs of recipients (article 18). ImportOptOuts takes
// and returns bytes, so that a batch that does not parse gets an answer and
// does not end the stream.

#include "gateway/admin/admin_context.h"
#include "gateway/admin/correction_calls.h"
#include "gateway/admin/opt_out_import.h"
#include "sluice/admin/v1/opt_outs.grpc.pb.h"

namespace sluice::gateway {

// All calls but ImportOptOuts.
using ReadingOptOuts =
    admin::v1::OptOutsService::WithCallbackMethod_LookupOptOuts<
        admin::v1::OptOutsService::WithCallbackMethod_StreamOptOuts<
            admin::v1::OptOutsService::WithCallbackMethod_ListCorrections<
                admin::v1::OptOutsService::WithCallbackMethod_ListOptOutImports<
                    admin::v1::OptOutsService::Service>>>>;
using ParsedOptOuts = admin::v1::OptOutsService::WithCallbackMethod_AddOptOut<
    admin::v1::OptOutsService::WithCallbackMethod_RemoveOptOut<
        admin::v1::OptOutsService::WithCallbackMethod_ProposeCorrection<
            admin::v1::OptOutsService::WithCallbackMethod_ConfirmCorrection<
                admin::v1::OptOutsService::
                    WithCallbackMethod_WithdrawCorrection<ReadingOptOuts>>>>>;
using RawOptOuts =
    admin::v1::OptOutsService::WithRawCallbackMethod_ImportOptOuts<
        ParsedOptOuts>;

class OptOutsService final : public RawOptOuts {
 public:
  // All must outlive it.
  OptOutsService(AdminContext& admin, ImportBook& imports,
                 CorrectionBook& corrections, Corrector& corrector)
      : admin_(admin),
        imports_(imports),
        book_(corrections),
        corrections_(admin, imports, corrections, corrector) {}

  grpc::ServerUnaryReactor* AddOptOut(
      grpc::CallbackServerContext* context,
      const admin::v1::AddOptOutRequest* request,
      admin::v1::AddOptOutResponse* response) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ImportOptOuts(
      grpc::CallbackServerContext* context) override {
    return StartOptOutImport(admin_, imports_, book_, context);
  }
  grpc::ServerUnaryReactor* RemoveOptOut(
      grpc::CallbackServerContext* context,
      const admin::v1::RemoveOptOutRequest* request,
      admin::v1::RemoveOptOutResponse* response) override;
  grpc::ServerUnaryReactor* ProposeCorrection(
      grpc::CallbackServerContext* context,
      const admin::v1::ProposeCorrectionRequest* request,
      admin::v1::ProposeCorrectionResponse* response) override;
  grpc::ServerUnaryReactor* ConfirmCorrection(
      grpc::CallbackServerContext* context,
      const admin::v1::ConfirmCorrectionRequest* request,
      admin::v1::ConfirmCorrectionResponse* response) override;
  grpc::ServerUnaryReactor* WithdrawCorrection(
      grpc::CallbackServerContext* context,
      const admin::v1::WithdrawCorrectionRequest* request,
      admin::v1::WithdrawCorrectionResponse* response) override;
  grpc::ServerUnaryReactor* ListCorrections(
      grpc::CallbackServerContext* context,
      const admin::v1::ListCorrectionsRequest* request,
      admin::v1::ListCorrectionsResponse* response) override;
  grpc::ServerUnaryReactor* ListOptOutImports(
      grpc::CallbackServerContext* context,
      const admin::v1::ListOptOutImportsRequest* request,
      admin::v1::ListOptOutImportsResponse* response) override;
  grpc::ServerUnaryReactor* LookupOptOuts(
      grpc::CallbackServerContext* context,
      const admin::v1::LookupOptOutsRequest* request,
      admin::v1::LookupOptOutsResponse* response) override;
  grpc::ServerWriteReactor<admin::v1::StreamOptOutsResponse>* StreamOptOuts(
      grpc::CallbackServerContext* context,
      const admin::v1::StreamOptOutsRequest* request) override;

 private:
  // Shows the opt-out with this id as its record says.
  absl::Status ShowAsRecorded(admin::v1::OptOut& opt_out) const;

  AdminContext& admin_;
  ImportBook& imports_;
  const CorrectionBook& book_;
  CorrectionCalls corrections_;
};

}  // namespace sluice::gateway
