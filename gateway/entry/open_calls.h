#pragma once

// The calls that need no key: health checks and reflection. And the answer to
// calls of methods that do not exist. gRPC has all three, but takes their calls
// in where nobody sees which connection makes them, so that a flood of them
// could not be ended.

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/impl/service_type.h>

#include <memory>
#include <string>
#include <vector>

#include "gateway/entry/connections.h"

namespace sluice::gateway {

// `connections` outlives what these functions make. `services` are the full
// names of those that the server has.
std::unique_ptr<grpc::Service> MakeHealthService(
    std::vector<std::string> services, Connections& connections);
std::unique_ptr<grpc::Service> MakeReflectionService(
    std::vector<std::string> services, Connections& connections);
std::unique_ptr<grpc::CallbackGenericService> MakeUnknownMethods(
    Connections& connections);

}  // namespace sluice::gateway
