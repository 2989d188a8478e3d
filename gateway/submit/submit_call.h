#pragma once

// GatewayService.Submit and GatewayService.Check: one call, one batch.

#include <grpcpp/impl/codegen/server_callback.h>
#include <grpcpp/support/byte_buffer.h>

#include "gateway/submit/submit_pipeline.h"

namespace sluice::gateway {

// Returns the call's reactor, which ends itself. `pipeline` outlives all calls.
grpc::ServerUnaryReactor* StartSubmit(SubmitPipeline& pipeline,
                                      grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response, bool check);

}  // namespace sluice::gateway
