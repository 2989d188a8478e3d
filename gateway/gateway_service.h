#pragma once

// The service Gateway. Submit, SubmitStream and Check take and give bytes,
// which the decider parses into memory that it uses again; Watch is an ordinary
// method.

#include <grpcpp/support/byte_buffer.h>

#include "gateway/decider.h"
#include "gateway/submit_call.h"
#include "gateway/submit_stream.h"
#include "gateway/watch.h"
#include "sluice/v1/gateway.grpc.pb.h"

namespace sluice::gateway {

using RawGateway = v1::Gateway::WithRawCallbackMethod_Submit<
    v1::Gateway::WithRawCallbackMethod_SubmitStream<
        v1::Gateway::WithRawCallbackMethod_Check<
            v1::Gateway::WithCallbackMethod_Watch<v1::Gateway::Service>>>>;

class GatewayService final : public RawGateway {
 public:
  // Both must outlive it.
  GatewayService(Decider& decider, Watches& watches)
      : decider_(decider), watches_(watches) {}

  grpc::ServerUnaryReactor* Submit(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override {
    return StartSubmit(decider_, context, request, response, /*check=*/false);
  }

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response) override {
    return StartSubmit(decider_, context, request, response, /*check=*/true);
  }

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* SubmitStream(
      grpc::CallbackServerContext* context) override {
    return StartSubmitStream(decider_, context);
  }

  grpc::ServerWriteReactor<v1::WatchResponse>* Watch(
      grpc::CallbackServerContext* context,
      const v1::WatchRequest* request) override {
    return watches_.Start(context, *request);
  }

 private:
  Decider& decider_;
  Watches& watches_;
};

}  // namespace sluice::gateway
