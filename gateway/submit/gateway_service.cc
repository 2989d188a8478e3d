#include "gateway/submit/gateway_service.h"

#include <grpcpp/support/byte_buffer.h>

#include "gateway/submit/message_calls.h"
#include "gateway/submit/submit_call.h"
#include "gateway/submit/submit_pipeline.h"
#include "gateway/submit/submit_stream.h"
#include "gateway/submit/watch.h"
#include "sluice/v1/gateway.grpc.pb.h"

namespace sluice::gateway {
namespace {

using RawGateway = v1::GatewayService::WithRawCallbackMethod_Submit<
    v1::GatewayService::WithRawCallbackMethod_SubmitStream<
        v1::GatewayService::WithRawCallbackMethod_Check<
            v1::GatewayService::WithCallbackMethod_Watch<
                v1::GatewayService::WithCallbackMethod_Cancel<
                    v1::GatewayService::WithCallbackMethod_GetMessage<
                        v1::GatewayService::Service>>>>>>;

// The service Gateway. Submit, SubmitStream and Check take and return bytes,
// which the pipeline parses into memory that it reuses; the other methods are
// ordinary.
class GatewayService final : public RawGateway {
 public:
  // All must outlive it.
  GatewayService(SubmitPipeline& pipeline, Watches& watches,
                 MessageCalls& messages)
      : pipeline_(pipeline), watches_(watches), messages_(messages) {}

  grpc::ServerUnaryReactor* Submit(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override {
    return StartSubmit(pipeline_, context, request, response, /*check=*/false);
  }

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response) override {
    return StartSubmit(pipeline_, context, request, response, /*check=*/true);
  }

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* SubmitStream(
      grpc::CallbackServerContext* context) override {
    return StartSubmitStream(pipeline_, context);
  }

  grpc::ServerWriteReactor<v1::WatchResponse>* Watch(
      grpc::CallbackServerContext* context,
      const v1::WatchRequest* request) override {
    return watches_.Start(context, *request);
  }

  grpc::ServerUnaryReactor* Cancel(grpc::CallbackServerContext* context,
                                   const v1::CancelRequest* request,
                                   v1::CancelResponse* response) override {
    return messages_.Cancel(context, request, response);
  }

  grpc::ServerUnaryReactor* GetMessage(
      grpc::CallbackServerContext* context,
      const v1::GetMessageRequest* request,
      v1::GetMessageResponse* response) override {
    return messages_.Get(context, request, response);
  }

 private:
  SubmitPipeline& pipeline_;
  Watches& watches_;
  MessageCalls& messages_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGatewayService(SubmitPipeline& pipeline,
                                                  Watches& watches,
                                                  MessageCalls& messages) {
  return std::make_unique<GatewayService>(pipeline, watches, messages);
}

}  // namespace sluice::gateway
