#pragma once

// GatewayService.SubmitStream: a stream of batches, up to four in work at a
// time.

#include <grpcpp/impl/codegen/server_callback.h>
#include <grpcpp/support/byte_buffer.h>

#include "gateway/submit/submit_pipeline.h"

namespace sluice::gateway {

// Returns the stream's reactor, which ends itself. `pipeline` outlives it.
grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StartSubmitStream(
    SubmitPipeline& pipeline, grpc::CallbackServerContext* context);

}  // namespace sluice::gateway
