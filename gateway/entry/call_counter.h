#pragma once

// Tells `connections`, which outlive it, of each call that gRPC makes and ends.

#include <grpcpp/server_context.h>

#include <memory>

#include "gateway/entry/connections.h"

namespace sluice::gateway {

std::unique_ptr<grpc::ContextAllocator> MakeCallCounter(
    Connections& connections);

}  // namespace sluice::gateway
