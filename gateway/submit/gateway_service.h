#pragma once

// Makes the service Gateway. Its class is apart, because a file that includes
// it compiles every call of the service.

#include <grpcpp/impl/service_type.h>

#include <memory>

namespace sluice::gateway {

class MessageCalls;
class SubmitPipeline;
class Watches;

// All must outlive it.
std::unique_ptr<grpc::Service> MakeGatewayService(SubmitPipeline& pipeline,
                                                  Watches& watches,
                                                  MessageCalls& messages);

}  // namespace sluice::gateway
