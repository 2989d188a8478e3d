#pragma once

// OptOuts.Import: refusals in batches, a few batches in work at a time.

#include <grpcpp/impl/codegen/server_callback.h>
#include <grpcpp/support/byte_buffer.h>

#include "gateway/office.h"

namespace sluice::gateway {

// Refusals in one batch.
inline constexpr int kImportBatchMax = 10'000;

// Returns the stream's reactor, which ends itself. `office` outlives it.
grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StartOptOutImport(
    Office& office, grpc::CallbackServerContext* context);

}  // namespace sluice::gateway
