#pragma once

// Small services of a server, for the commands that submit and import.

#include <set>
#include <string>
#include <vector>

#include "gateway/wire/rpc_status.h"
#include "grpcpp/grpcpp.h"
#include "rules/base/error_reason.h"
#include "sluice/admin/v1/opt_outs.grpc.pb.h"
#include "sluice/v1/gateway.grpc.pb.h"

namespace sluice::ctl {

// What a server answers so many times before it does anything.
struct Trouble {
  absl::Status status;
  int times = 0;

  // Whether it is over.
  bool Over() { return times == 0 || times-- == 0; }
  google::rpc::Status Proto() const {
    return gateway::ToProto(status, absl::Milliseconds(1));
  }
  grpc::Status Grpc() const {
    return gateway::ToGrpc(status, absl::Milliseconds(1));
  }
};

inline absl::Status DiskFull() {
  return WithReason(
      absl::ResourceExhaustedError("no room on disk for the journal"),
      ErrorReason::kDiskFull);
}

// Accepts all but texts with "bad", and answers the first batch as overloaded.
class FakeGateway final : public v1::GatewayService::Service {
 public:
  grpc::Status SubmitStream(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::SubmitResponse, v1::SubmitRequest>* stream)
      override {
    Note(*context);
    v1::SubmitRequest request;
    while (stream->Read(&request)) {
      v1::SubmitResponse response;
      response.set_batch(request.batch());
      if (!trouble.Over()) {
        *response.mutable_status() = trouble.Proto();
      } else if (++batches_ == 1) {
        response.mutable_status()->set_code(
            grpc::StatusCode::RESOURCE_EXHAUSTED);
      } else {
        Decide(request, response);
      }
      stream->Write(response);
    }
    return grpc::Status::OK;
  }

  grpc::Status Check(grpc::ServerContext* context,
                     const v1::SubmitRequest* request,
                     v1::SubmitResponse* response) override {
    Note(*context);
    ++checks;
    Decide(*request, *response);
    return grpc::Status::OK;
  }

  Trouble trouble;
  int checks = 0;
  std::vector<v1::OutgoingMessage> messages;
  std::string authorization;
  std::string language;

 private:
  void Note(const grpc::ServerContext& context) {
    const auto value = [&](const char* name) {
      const auto found = context.client_metadata().find(name);
      return found == context.client_metadata().end()
                 ? ""
                 : std::string(found->second.data(), found->second.size());
    };
    authorization = value("authorization");
    language = value("accept-language");
  }

  void Decide(const v1::SubmitRequest& request, v1::SubmitResponse& response) {
    for (const v1::OutgoingMessage& message : request.messages()) {
      messages.push_back(message);
      v1::Verdict& verdict = *response.add_verdicts();
      const size_t at = message.text().find("bad");
      if (at == std::string::npos) {
        verdict.set_decision(v1::DECISION_ACCEPTED);
        verdict.set_replayed(!message.key().empty() &&
                             !keys_.insert(message.key()).second);
        continue;
      }
      verdict.set_decision(v1::DECISION_REJECTED);
      v1::Reason& reason = *verdict.add_reasons();
      reason.set_code("CONTENT_PROHIBITED");
      reason.set_rule("words");
      reason.set_sentence("含有违禁词");
      reason.add_spans()->set_begin(static_cast<uint32_t>(at));
      reason.mutable_spans(0)->set_end(static_cast<uint32_t>(at + 3));
    }
  }

  int batches_ = 0;
  std::set<std::string> keys_;  // Of accepted messages.
};

// Refuses unknown content providers, and answers the first batch as overloaded;
// with `fails`, its journal fails from the second batch on. A correction of
// it is done at the second look.
class FakeOptOuts final : public admin::v1::OptOutsService::Service {
 public:
  grpc::Status ImportOptOuts(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<admin::v1::ImportOptOutsResponse,
                               admin::v1::ImportOptOutsRequest>* stream)
      override {
    admin::v1::ImportOptOutsRequest request;
    while (stream->Read(&request)) {
      admin::v1::ImportOptOutsResponse response;
      response.set_batch(request.batch());
      ++batches_;
      if (batches_ == 1) {
        response.mutable_status()->set_code(
            grpc::StatusCode::RESOURCE_EXHAUSTED);
      } else if (fails && batches_ > 2) {
        response.mutable_status()->set_code(grpc::StatusCode::UNAVAILABLE);
        response.mutable_status()->set_message("the journal");
      } else {
        Record(request, response);
      }
      stream->Write(response);
    }
    return grpc::Status::OK;
  }

  grpc::Status ProposeCorrection(
      grpc::ServerContext*, const admin::v1::ProposeCorrectionRequest* request,
      admin::v1::ProposeCorrectionResponse* response) override {
    proposed.push_back(*request);
    correction.set_id("c3");
    correction.set_state(admin::v1::CORRECTION_STATE_PROPOSED);
    correction.set_opt_out_id(request->opt_out_id());
    correction.set_import_id(request->import_id());
    correction.set_reason(request->reason());
    correction.set_proposer("anna");
    correction.set_found(request->import_id().empty() ? 1 : 95'000);
    *response->mutable_correction() = correction;
    return grpc::Status::OK;
  }

  grpc::Status ConfirmCorrection(
      grpc::ServerContext*, const admin::v1::ConfirmCorrectionRequest* request,
      admin::v1::ConfirmCorrectionResponse* response) override {
    if (!confirm_fault.ok()) return confirm_fault;
    correction.set_state(admin::v1::CORRECTION_STATE_RUNNING);
    correction.set_decider("bert");
    correction.set_remark(request->remark());
    *response->mutable_correction() = correction;
    return grpc::Status::OK;
  }

  grpc::Status WithdrawCorrection(
      grpc::ServerContext*, const admin::v1::WithdrawCorrectionRequest* request,
      admin::v1::WithdrawCorrectionResponse* response) override {
    correction.set_state(admin::v1::CORRECTION_STATE_WITHDRAWN);
    correction.set_remark(request->remark());
    *response->mutable_correction() = correction;
    return grpc::Status::OK;
  }

  // A page has one correction; the one that runs is on the second.
  grpc::Status ListCorrections(
      grpc::ServerContext*, const admin::v1::ListCorrectionsRequest* request,
      admin::v1::ListCorrectionsResponse* response) override {
    if (request->page_token().empty()) {
      admin::v1::OptOutCorrection& newer = *response->add_corrections();
      newer.set_id("c4");
      newer.set_state(admin::v1::CORRECTION_STATE_PROPOSED);
      newer.set_opt_out_id("00W001BM8C00040");
      newer.set_proposer("carl");
      newer.set_found(1);
      response->set_next_page_token("next");
      return grpc::Status::OK;
    }
    if (correction.state() == admin::v1::CORRECTION_STATE_RUNNING) {
      correction.set_removed(correction.removed() + 47'498);
      if (correction.removed() > 90'000) {
        correction.set_state(admin::v1::CORRECTION_STATE_DONE);
        correction.set_kept(4);
      }
    }
    *response->add_corrections() = correction;
    return grpc::Status::OK;
  }

  grpc::Status ListOptOutImports(
      grpc::ServerContext*, const admin::v1::ListOptOutImportsRequest*,
      admin::v1::ListOptOutImportsResponse* response) override {
    admin::v1::OptOutImport& one = *response->add_imports();
    one.set_id("numbers.txt-3fa9c2d41b07");
    one.set_actor("anna");
    one.mutable_begin_time()->set_seconds(1'772'416'800);
    return grpc::Status::OK;
  }

  grpc::Status LookupOptOuts(
      grpc::ServerContext*, const admin::v1::LookupOptOutsRequest*,
      admin::v1::LookupOptOutsResponse* response) override {
    if (!lookup_fault.ok()) return lookup_fault;
    for (const admin::v1::OptOut& one : known) *response->add_opt_outs() = one;
    return grpc::Status::OK;
  }

  grpc::Status AddOptOut(grpc::ServerContext*,
                         const admin::v1::AddOptOutRequest* request,
                         admin::v1::AddOptOutResponse*) override {
    if (!trouble.Over()) return trouble.Grpc();
    opt_outs.push_back(*request);
    return grpc::Status::OK;
  }

  Trouble trouble;
  std::vector<admin::v1::AddOptOutRequest> opt_outs;
  std::set<std::string> import_ids;
  std::vector<admin::v1::OptOut> known;
  std::vector<admin::v1::ProposeCorrectionRequest> proposed;
  admin::v1::OptOutCorrection correction;
  grpc::Status confirm_fault;
  grpc::Status lookup_fault;
  bool fails = false;

 private:
  void Record(const admin::v1::ImportOptOutsRequest& request,
              admin::v1::ImportOptOutsResponse& response) {
    uint32_t index = 0;
    uint32_t added = 0;
    for (const admin::v1::AddOptOutRequest& opt_out : request.opt_outs()) {
      if (opt_out.scope().content_provider_id() == "none") {
        admin::v1::RefusedOptOut& refused = *response.add_refused();
        refused.set_index(index);
        refused.set_field("scope.content_provider_id");
        refused.set_fault("no content provider none");
      } else {
        opt_outs.push_back(opt_out);
        ++added;
      }
      ++index;
    }
    import_ids.insert(request.import_id());
    response.set_import_id(request.import_id().empty() ? "made"
                                                       : request.import_id());
    response.set_added(added);
    response.set_cancelled(added > 0 ? 1 : 0);
  }

  int batches_ = 0;
};

}  // namespace sluice::ctl
