#pragma once

// For tests of calls whose response wraps one resource, to get just the
// resource: stub->GetHold(context, request, Into(&message)).

#include <google/protobuf/message.h>

#include <memory>
#include <utility>

namespace sluice::gateway {

// Stands for the response until the call ends, and then copies the resource,
// the response's first field, out of it.
template <typename Resource>
class Into {
 public:
  explicit Into(Resource* resource) : resource_(resource) {}
  Into(const Into&) = delete;
  Into& operator=(const Into&) = delete;
  ~Into() {
    if (response_ == nullptr) return;
    const auto& reflection = *response_->GetReflection();
    const auto* field = response_->GetDescriptor()->field(0);
    if (!reflection.HasField(*response_, field)) return;
    resource_->CopyFrom(reflection.GetMessage(*response_, field));
  }

  template <typename Response>
  operator Response*() {
    auto response = std::make_unique<Response>();
    Response* out = response.get();
    response_ = std::move(response);
    return out;
  }

 private:
  Resource* const resource_;
  std::unique_ptr<google::protobuf::Message> response_;
};

}  // namespace sluice::gateway
