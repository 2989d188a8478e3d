#include "gateway/entry/gated_service.h"

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/slice.h>
#include <grpcpp/impl/codegen/server_callback.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/support/byte_buffer.h>

#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/entry/malformed.h"
#include "gateway/wire/rpc_status.h"
#include "rules/base/check.h"

namespace sluice::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::MethodDescriptor;
using grpc::internal::MethodHandler;
using Parameter = MethodHandler::HandlerParameter;

// Ends a call with a status.
class Refusal final
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit Refusal(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

void Refuse(const Parameter& call, const grpc::Status& status) {
  grpc::internal::CallbackBidiHandler<grpc::ByteBuffer, grpc::ByteBuffer>
      handler([&status](auto*) { return new Refusal(status); });
  handler.RunHandler(call);
}

// Copies a request. Only for the requests of people and programs that manage
// Sluice: batches are parsed where they lie.
absl::Status CheckRequest(const Descriptor& type, grpc_byte_buffer* request) {
  grpc_byte_buffer_reader reader;
  if (!grpc_byte_buffer_reader_init(&reader, request)) {
    return CheckParses(type, absl::string_view("\0", 1));
  }
  const grpc_slice bytes = grpc_byte_buffer_reader_readall(&reader);
  grpc_byte_buffer_reader_destroy(&reader);
  const absl::Status status = CheckParses(
      type, {reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(bytes)),
             GRPC_SLICE_LENGTH(bytes)});
  grpc_slice_unref(bytes);
  return status;
}

// What the gate knows of a method.
struct Method {
  CallGate& gate;
  MethodHandler& handler;
  const Rpc rpc;
  const bool streams_requests;
  // Null: the method takes bytes.
  const Descriptor* const request;
};

// A call that has passed the gate. Deletes itself when the call ends. gRPC runs
// the functor when the request has arrived.
class GatedCall final : public grpc_completion_queue_functor,
                        public PendingRequest {
 public:
  GatedCall(const Method& method, const Parameter& call, Admission admitted)
      : method_(method),
        admitted_(std::move(admitted)),
        context_(*call.server_context),
        call_(call.call),
        ended_(call.call_requester) {
    functor_run = [](grpc_completion_queue_functor* self, int) {
      static_cast<GatedCall*>(self)->Arrived();
    };
    inlineable = true;
  }

  void Start() {
    if (method_.streams_requests) {
      method_.handler.RunHandler(With(nullptr, nullptr));
      return;
    }
    method_.gate.BeginRequest(admitted_, call_->call(), *this);
  }

 private:
  void Read() override {
    grpc_op read = {};
    read.op = GRPC_OP_RECV_MESSAGE;
    read.data.recv_message.recv_message = &request_;
    const grpc_call_error error = grpc_call_start_batch(
        call_->call(), &read, 1,
        static_cast<grpc_completion_queue_functor*>(this), nullptr);
    SLUICE_CHECK(error == GRPC_CALL_OK);
  }

  void Arrived() {
    std::optional<size_t> bytes;
    if (request_ != nullptr) bytes = grpc_byte_buffer_length(request_);
    method_.gate.EndRequest(admitted_, *this, bytes);
    absl::Status status;
    if (request_ == nullptr) {
      status = absl::InvalidArgumentError(
          "the call ended before its request was complete");
    } else if (method_.request != nullptr) {
      status = CheckRequest(*method_.request, request_);
    }
    if (status.ok()) {
      Handle();
    } else {
      grpc_byte_buffer_destroy(request_);
      Refuse(With(nullptr, nullptr),
             ToGrpc(status, method_.gate.retry_delay()));
    }
  }

  void Handle() {
    grpc::Status parsed;
    void* data = nullptr;
    // Takes `request_` over.
    void* request =
        method_.handler.Deserialize(call_->call(), request_, &parsed, &data);
    SLUICE_CHECK(parsed.ok());
    method_.handler.RunHandler(With(request, data));
  }

  Parameter With(void* request, void* data) {
    return {call_, &context_,        request, grpc::Status::OK,
            data,  [this] { End(); }};
  }

  void End() {
    method_.gate.End(admitted_);
    const std::function<void()> ended = std::move(ended_);
    delete this;
    ended();
  }

  const Method& method_;
  const Admission admitted_;
  grpc::ServerContextBase& context_;
  grpc::internal::Call* const call_;
  std::function<void()> ended_;
  grpc_byte_buffer* request_ = nullptr;
};

class GatedHandler final : public MethodHandler {
 public:
  explicit GatedHandler(Method method) : method_(method) {}

  void RunHandler(const Parameter& call) override {
    absl::StatusOr<Admission> admitted = method_.gate.Begin(
        static_cast<grpc::CallbackServerContext&>(*call.server_context),
        method_.rpc, method_.streams_requests);
    if (!admitted.ok()) {
      Refuse(call, ToGrpc(admitted.status(), method_.gate.retry_delay()));
      return;
    }
    (new GatedCall(method_, call, *std::move(admitted)))->Start();
  }

 private:
  const Method method_;
};

// grpc::Service shows its handlers to derived classes only.
struct Opened : grpc::Service {
  static MethodHandler& HandlerOf(grpc::Service& service, int index) {
    return *(service.*(&Opened::GetHandler))(index);
  }
};

Rpc RpcOf(const MethodDescriptor& method) {
  const std::string name =
      absl::StrCat(method.service()->name(), ".", method.name());
  for (int i = 0; i < kRpcs; ++i) {
    if (Name(static_cast<Rpc>(i)) == name) return static_cast<Rpc>(i);
  }
  // A call that the table does not have may not be served.
  SLUICE_CHECK(false);
  return Rpc::kSubmit;
}

class GatedService final : public grpc::Service {
 public:
  GatedService(std::unique_ptr<grpc::Service> service,
               const google::protobuf::ServiceDescriptor& descriptor,
               CallGate& gate)
      : service_(std::move(service)) {
    for (int i = 0; i < descriptor.method_count(); ++i) {
      AddGated(*descriptor.method(i), Opened::HandlerOf(*service_, i), gate);
    }
  }

 private:
  void AddGated(const MethodDescriptor& method, MethodHandler& handler,
                CallGate& gate) {
    using Bytes = grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer,
                                                       grpc::ByteBuffer>;
    const bool takes_bytes = dynamic_cast<Bytes*>(&handler) != nullptr;
    // gRPC keeps the pointer.
    const std::string& name = names_.emplace_back(
        absl::StrCat("/", method.service()->full_name(), "/", method.name()));
    AddMethod(new grpc::internal::RpcServiceMethod(
        name.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
    MarkMethodRawCallback(
        method.index(),
        new GatedHandler({gate, handler, RpcOf(method),
                          method.client_streaming(),
                          takes_bytes ? nullptr : method.input_type()}));
  }

  const std::unique_ptr<grpc::Service> service_;
  std::deque<std::string> names_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGatedService(
    std::unique_ptr<grpc::Service> service,
    const google::protobuf::ServiceDescriptor& descriptor, CallGate& gate) {
  return std::make_unique<GatedService>(std::move(service), descriptor, gate);
}

}  // namespace sluice::gateway
