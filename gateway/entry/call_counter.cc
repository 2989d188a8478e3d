#include "gateway/entry/call_counter.h"

namespace sluice::gateway {
namespace {

// gRPC asks for a context as it makes a call, before anybody is told of the
// call. Without a context it makes its own.
class CallCounter final : public grpc::ContextAllocator {
 public:
  explicit CallCounter(Connections& connections) : connections_(connections) {}

  grpc::CallbackServerContext* NewCallbackServerContext() override {
    connections_.CallMade();
    return nullptr;
  }
  grpc::GenericCallbackServerContext* NewGenericCallbackServerContext()
      override {
    connections_.CallMade();
    return nullptr;
  }
  void Release(grpc::CallbackServerContext*) override {
    connections_.CallEnded();
  }
  void Release(grpc::GenericCallbackServerContext*) override {
    connections_.CallEnded();
  }

 private:
  Connections& connections_;
};

}  // namespace

std::unique_ptr<grpc::ContextAllocator> MakeCallCounter(
    Connections& connections) {
  return std::make_unique<CallCounter>(connections);
}

}  // namespace sluice::gateway
