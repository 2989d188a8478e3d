#include "gateway/wire/rpc_status.h"

#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "google/rpc/error_details.pb.h"

namespace sluice::gateway {
namespace {

constexpr absl::string_view kRetryInfo =
    "type.googleapis.com/google.rpc.RetryInfo";

}  // namespace

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay) {
  google::rpc::RetryInfo info;
  // A delay of nothing would make clients spin.
  delay = std::max(delay, absl::Milliseconds(1));
  info.mutable_retry_delay()->set_seconds(
      absl::IDivDuration(delay, absl::Seconds(1), &delay));
  info.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(delay)));
  status.SetPayload(kRetryInfo, absl::Cord(info.SerializeAsString()));
  return status;
}

google::rpc::Status ToProto(const absl::Status& status,
                            absl::Duration default_delay) {
  if (absl::IsResourceExhausted(status) && !status.GetPayload(kRetryInfo)) {
    return ToProto(WithRetryDelay(status, default_delay), default_delay);
  }
  google::rpc::Status proto;
  proto.set_code(static_cast<int>(status.code()));
  proto.set_message(std::string(status.message()));
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& value) {
    auto* detail = proto.add_details();
    detail->set_type_url(std::string(type));
    detail->set_value(std::string(value));
  });
  return proto;
}

grpc::Status ToGrpc(const absl::Status& status, absl::Duration default_delay) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status proto = ToProto(status, default_delay);
  return {static_cast<grpc::StatusCode>(proto.code()), proto.message(),
          proto.details_size() > 0 ? proto.SerializeAsString() : std::string()};
}

}  // namespace sluice::gateway
