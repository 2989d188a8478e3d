#include "gateway/entry/open_calls.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/impl/codegen/server_callback.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <deque>
#include <functional>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"

namespace sluice::gateway {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using google::protobuf::Message;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using grpc::reflection::v1alpha::FileDescriptorResponse;
using grpc::reflection::v1alpha::ServerReflectionRequest;
using grpc::reflection::v1alpha::ServerReflectionResponse;
using Reactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

enum class Shape {
  kUnary,
  kWatch,   // One answer; the call then stays open until the caller ends it.
  kStream,  // An answer to each request.
};

struct Method {
  Shape shape = Shape::kUnary;
  // Returns the answer, serialized. Errors end the call.
  std::function<absl::StatusOr<std::string>(const std::string& request)> answer;
};

grpc::Status StatusOf(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()),
          std::string(status.message())};
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

// A call without a key, one of a few of its connection.
class OpenCall final : public Reactor {
 public:
  OpenCall(const Method& method, Connections& connections,
           std::shared_ptr<Intake> intake)
      : method_(method), connections_(connections), intake_(std::move(intake)) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return End(grpc::Status::OK);
    absl::StatusOr<std::string> answer = method_.answer(BytesOf(request_));
    if (!answer.ok()) return End(StatusOf(answer.status()));
    const grpc::Slice slice(*answer);
    answer_ = grpc::ByteBuffer(&slice, 1);
    if (method_.shape == Shape::kUnary) {
      StartWriteAndFinish(&answer_, grpc::WriteOptions(), grpc::Status::OK);
    } else {
      StartWrite(&answer_);
    }
  }
  void OnWriteDone(bool ok) override {
    if (method_.shape != Shape::kStream) return;
    if (!ok) return End(grpc::Status::CANCELLED);
    StartRead(&request_);
  }
  void OnCancel() override {
    if (method_.shape == Shape::kWatch) End(grpc::Status::CANCELLED);
  }
  void OnDone() override {
    intake_->EndOpenCall();
    connections_.AdmittedEnded();
    delete this;
  }

 private:
  // A Watch may be cancelled while its request is read.
  void End(const grpc::Status& status) {
    if (!ended_.exchange(true)) Finish(status);
  }

  const Method& method_;
  Connections& connections_;
  const std::shared_ptr<Intake> intake_;
  std::atomic<bool> ended_ = false;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer answer_;
};

// Ends a call at once.
class Refusal final : public Reactor {
 public:
  explicit Refusal(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

class OpenService final : public grpc::Service {
 public:
  explicit OpenService(Connections& connections) : connections_(connections) {}

  // gRPC sees methods that stream in both directions: it then asks when the
  // headers of a call come, see gated_service.h. On the wire all are alike.
  void Add(const std::string& name, Method method) {
    const auto index = static_cast<int>(methods_.size());
    const auto& [path, added] = methods_.emplace_back(name, std::move(method));
    AddMethod(new grpc::internal::RpcServiceMethod(
        path.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
    MarkMethodRawCallback(
        index,
        new grpc::internal::CallbackBidiHandler<grpc::ByteBuffer,
                                                grpc::ByteBuffer>(
            [this, &method = added](grpc::CallbackServerContext* context) {
              return Begin(method, context->peer());
            }));
  }

 private:
  Reactor* Begin(const Method& method, const std::string& peer) {
    std::shared_ptr<Intake> intake = connections_.MadeOpenCall(peer);
    if (intake == nullptr) {
      return new Refusal({grpc::StatusCode::RESOURCE_EXHAUSTED,
                          "the connection has too many calls without a key"});
    }
    connections_.CallAdmitted();
    return new OpenCall(method, connections_, std::move(intake));
  }

  Connections& connections_;
  // gRPC and calls keep pointers.
  std::deque<std::pair<std::string, Method>> methods_;
};

class UnknownMethods final : public grpc::CallbackGenericService {
 public:
  explicit UnknownMethods(Connections& connections)
      : connections_(connections) {}

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    connections_.Blame(context->peer(), Connections::kRefusedFaults);
    return new Refusal({grpc::StatusCode::UNIMPLEMENTED, "no such method"});
  }

 private:
  Connections& connections_;
};

absl::Status Malformed(const Message& expected) {
  return absl::InvalidArgumentError(absl::StrCat(
      "the request is no ", expected.GetDescriptor()->full_name()));
}

bool Has(const std::vector<std::string>& services, const std::string& name) {
  return absl::c_linear_search(services, name);
}

// The server serves as long as it takes calls.
absl::StatusOr<std::string> AnswerHealth(
    const std::vector<std::string>& services, bool watches,
    const std::string& bytes) {
  HealthCheckRequest request;
  if (!request.ParseFromString(bytes)) return Malformed(request);
  HealthCheckResponse response;
  response.set_status(HealthCheckResponse::SERVING);
  if (!request.service().empty() && !Has(services, request.service())) {
    if (!watches) return absl::NotFoundError("service name unknown");
    response.set_status(HealthCheckResponse::SERVICE_UNKNOWN);
  }
  return response.SerializeAsString();
}

void AddFile(const FileDescriptor& file, std::set<const FileDescriptor*>& seen,
             FileDescriptorResponse& to) {
  if (!seen.insert(&file).second) return;
  FileDescriptorProto proto;
  file.CopyTo(&proto);
  to.add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file.dependency_count(); ++i) {
    AddFile(*file.dependency(i), seen, to);
  }
}

const FileDescriptor* FileFor(const ServerReflectionRequest& request) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  return request.has_file_by_filename()
             ? pool.FindFileByName(request.file_by_filename())
             : pool.FindFileContainingSymbol(request.file_containing_symbol());
}

absl::StatusOr<std::string> AnswerReflection(
    const std::vector<std::string>& services, const std::string& bytes) {
  ServerReflectionRequest request;
  if (!request.ParseFromString(bytes)) return Malformed(request);
  ServerReflectionResponse response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  if (request.has_list_services()) {
    for (const std::string& name : services) {
      response.mutable_list_services_response()->add_service()->set_name(name);
    }
  } else if (const FileDescriptor* file = FileFor(request); file != nullptr) {
    std::set<const FileDescriptor*> seen;
    AddFile(*file, seen, *response.mutable_file_descriptor_response());
  } else {
    auto& error = *response.mutable_error_response();
    error.set_error_code(grpc::StatusCode::NOT_FOUND);
    error.set_error_message("no such file or symbol");
  }
  return response.SerializeAsString();
}

}  // namespace

std::unique_ptr<grpc::Service> MakeHealthService(
    std::vector<std::string> services, Connections& connections) {
  auto health = std::make_unique<OpenService>(connections);
  health->Add("/grpc.health.v1.Health/Check",
              {Shape::kUnary, [services](const std::string& request) {
                 return AnswerHealth(services, false, request);
               }});
  health->Add("/grpc.health.v1.Health/Watch",
              {Shape::kWatch, [services](const std::string& request) {
                 return AnswerHealth(services, true, request);
               }});
  return health;
}

std::unique_ptr<grpc::Service> MakeReflectionService(
    std::vector<std::string> services, Connections& connections) {
  auto reflection = std::make_unique<OpenService>(connections);
  reflection->Add(
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
      {Shape::kStream,
       [services = std::move(services)](const std::string& request) {
         return AnswerReflection(services, request);
       }});
  return reflection;
}

std::unique_ptr<grpc::CallbackGenericService> MakeUnknownMethods(
    Connections& connections) {
  return std::make_unique<UnknownMethods>(connections);
}

}  // namespace sluice::gateway
