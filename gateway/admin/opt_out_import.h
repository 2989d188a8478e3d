#pragma once

// OptOutsService.ImportOptOuts: a stream of batches of opt-outs, two batches in
// work at a time.

#include <grpcpp/impl/codegen/server_callback.h>
#include <grpcpp/support/byte_buffer.h>

#include "gateway/admin/admin_context.h"
#include "gateway/corrections/correction_book.h"
#include "gateway/corrections/import_book.h"

namespace sluice::gateway {

// Most opt-outs in a batch.
inline constexpr int kImportBatchMax = 10'000;

// Returns the stream's reactor, which ends itself. `admin`, `imports` and
// `corrections` outlive it.
grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StartOptOutImport(
    AdminContext& admin, ImportBook& imports, const CorrectionBook& corrections,
    grpc::CallbackServerContext* context);

}  // namespace sluice::gateway
