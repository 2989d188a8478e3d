#pragma once

// Puts the gate before the methods of a service. gRPC reads the whole request
// of a unary call before it calls the method; here the method is registered as
// one that streams, which is the same on the wire: gRPC calls it when the
// headers come, and the request is read once the caller is known.

#include <google/protobuf/descriptor.h>
#include <grpcpp/impl/service_type.h>

#include <memory>

#include "gateway/entry/call_gate.h"

namespace sluice::gateway {

// `service`, of the callback API, with `gate` before each method. A request
// that does not parse ends with INVALID_ARGUMENT. Every method must be in the
// table of gateway/access/caller.h. `gate` outlives the service.
std::unique_ptr<grpc::Service> MakeGatedService(
    std::unique_ptr<grpc::Service> service,
    const google::protobuf::ServiceDescriptor& descriptor, CallGate& gate);

}  // namespace sluice::gateway
