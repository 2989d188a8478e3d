#pragma once

// The service Gateway. Submit, SubmitStream and Check take and give bytes,
// which the pipeline parses into memory that it uses again; Watch is an
// ordinary method.

#include <grpcpp/support/byte_buffer.h>

#include "gateway/submit/submit_call.h"
#include "gateway/submit/submit_pipeline.h"
#include "gateway/submit/submit_stream.h"
#include "gateway/submit/watch.h"
#include "sluice/v1/gateway.grpc.pb.h"

namespace sluice::gateway {

using RawGateway = v1::GatewayService::WithRawCallbackMethod_Submit<
    v1::GatewayService::WithRawCallbackMethod_SubmitStream<
        v1::GatewayService::WithRawCallbackMethod_Check<
            v1::GatewayService::WithCallbackMethod_Watch<
                v1::GatewayService::Service>>>>;

class GatewayService final : public RawGateway {
 public:
  // Both must outlive it.
  GatewayService(SubmitPipeline& pipeline, Watches& watches)
      : pipeline_(pipeline), watches_(watches) {}

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

 private:
  SubmitPipeline& pipeline_;
  Watches& watches_;
};

}  // namespace sluice::gateway
