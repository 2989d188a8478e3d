#include "tools/bench_run/echo_server.h"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

#include "grpcpp/grpcpp.h"
#include "sluice/v1/gateway.grpc.pb.h"
#include "sluice/wire/v1/gateway.pb.h"

namespace sluice::bench {
namespace {

using grpc::ByteBuffer;
using Traits = grpc::SerializationTraits<wire::v1::SubmitRequest>;
using AnswerTraits = grpc::SerializationTraits<wire::v1::SubmitResponse>;

// One stream. It reuses its messages, which was measured to be cheapest.
class EchoStream final
    : public grpc::ServerBidiReactor<ByteBuffer, ByteBuffer> {
 public:
  EchoStream() { StartRead(&in_); }

  void OnReadDone(bool ok) override {
    if (!ok || !Traits::Deserialize(&in_, &request_).ok()) {
      Finish(grpc::Status::OK);
      return;
    }
    Answer();
    StartWrite(&out_);
  }

  void OnWriteDone(bool ok) override {
    if (ok) StartRead(&in_);
  }

  void OnDone() override { delete this; }

 private:
  void Answer() {
    // Clear() keeps the verdicts' memory.
    answer_.clear_verdicts();
    for (int i = 0; i < request_.messages_size(); ++i) {
      wire::v1::Verdict& verdict = *answer_.add_verdicts();
      verdict.set_message_id("0123456789ABCDE");
      verdict.set_decision(v1::DECISION_ACCEPTED);
      verdict.set_parts(1);
      verdict.set_rule_set("bench@01234567");
      verdict.set_access_number("1069970001");
      verdict.set_carrier("mobile");
    }
    bool own = false;
    out_.Clear();
    AnswerTraits::Serialize(answer_, &out_, &own);
  }

  ByteBuffer in_;
  ByteBuffer out_;
  wire::v1::SubmitRequest request_;
  wire::v1::SubmitResponse answer_;
};

using RawSubmit = v1::GatewayService::WithRawCallbackMethod_Submit<
    v1::GatewayService::Service>;

class EchoService final
    : public v1::GatewayService::WithRawCallbackMethod_SubmitStream<RawSubmit> {
 public:
  grpc::ServerUnaryReactor* Submit(grpc::CallbackServerContext* context,
                                   const ByteBuffer* request,
                                   ByteBuffer* response) override {
    *response = *request;
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerBidiReactor<ByteBuffer, ByteBuffer>* SubmitStream(
      grpc::CallbackServerContext*) override {
    return new EchoStream;  // Deletes itself when done.
  }
};

}  // namespace

int ServeEcho() {
  EchoService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::printf("listening 127.0.0.1:%d\n", port);
  std::fflush(stdout);
  server->Wait();
  return 0;
}

}  // namespace sluice::bench
