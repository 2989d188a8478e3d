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
// with `fails`, its journal fails from the second batch on.
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

  grpc::Status AddOptOut(grpc::ServerContext*,
                         const admin::v1::AddOptOutRequest* request,
                         admin::v1::AddOptOutResponse*) override {
    if (!trouble.Over()) return trouble.Grpc();
    opt_outs.push_back(*request);
    return grpc::Status::OK;
  }

  Trouble trouble;
  std::vector<admin::v1::AddOptOutRequest> opt_outs;
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
    response.set_added(added);
    response.set_cancelled(added > 0 ? 1 : 0);
  }

  int batches_ = 0;
};

}  // namespace sluice::ctl
