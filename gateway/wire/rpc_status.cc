#include "gateway/wire/rpc_status.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/rpc/error_details.pb.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"

namespace sluice::gateway {
namespace {

constexpr absl::string_view kTypePrefix = "type.googleapis.com/";
constexpr absl::string_view kRetryInfo =
    "type.googleapis.com/google.rpc.RetryInfo";

// Most bytes of a field's path and of its description, which repeats the prose.
constexpr size_t kFieldBytesMax = 200;
constexpr size_t kDescriptionBytesMax = 400;
// The prose in Chinese, in the metadata of ErrorInfo.
constexpr char kChineseName[] = "message_zh";
constexpr size_t kChineseBytesMax = 2'200;
// Most bytes of prose and details in the trailers of a call. Clients refuse
// more than 8 KiB of trailers, and lose the error; the rest is for the others.
constexpr size_t kTrailerBytesMax = 7 * 1024;

void AddDetail(const google::protobuf::Message& message,
               google::rpc::Status& out) {
  auto* detail = out.add_details();
  detail->set_type_url(
      absl::StrCat(kTypePrefix, message.GetDescriptor()->full_name()));
  detail->set_value(message.SerializeAsString());
}

void AddReason(const absl::Status& status, google::rpc::Status& out) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(ReasonOf(status)));
  info.set_domain("sluice");
  const std::string chinese = ChineseOf(status);
  if (!chinese.empty()) {
    (*info.mutable_metadata())[kChineseName] =
        Shortened(chinese, kChineseBytesMax);
  }
  AddDetail(info, out);
}

void AddField(const absl::Status& status, google::rpc::Status& out) {
  std::string field = FieldOf(status);
  if (field.empty()) return;
  google::rpc::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field(Shortened(field, kFieldBytesMax));
  violation->set_description(
      Shortened(MessageWithoutField(status), kDescriptionBytesMax));
  AddDetail(bad, out);
}

void AddRetryDelay(const absl::Status& status, google::rpc::Status& out) {
  const auto delay = status.GetPayload(kRetryInfo);
  if (!delay) return;
  auto* detail = out.add_details();
  detail->set_type_url(std::string(kRetryInfo));
  detail->set_value(std::string(*delay));
}

// Bytes of the trailers grpc-message, where a byte outside of printable ASCII
// takes three, and grpc-status-details-bin, which is base64.
size_t TrailerBytes(const google::rpc::Status& proto) {
  size_t bytes = (proto.ByteSizeLong() + 2) / 3 * 4;
  for (const char c : proto.message()) {
    bytes += c >= ' ' && c <= '~' && c != '%' ? 1 : 3;
  }
  return bytes;
}

// Cuts the prose until the trailers fit.
void Fit(google::rpc::Status& proto) {
  size_t size = proto.message().size();
  while (TrailerBytes(proto) > kTrailerBytesMax && size > 0) {
    size -= size / 8 + 1;
    proto.set_message(Shortened(proto.message(), size));
  }
}

}  // namespace

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay) {
  google::rpc::RetryInfo info;
  // With a delay of 0, clients would retry in a busy loop.
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
  AddReason(status, proto);
  AddField(status, proto);
  AddRetryDelay(status, proto);
  return proto;
}

grpc::Status ToGrpc(const absl::Status& status, absl::Duration default_delay) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status proto = ToProto(status, default_delay);
  Fit(proto);
  return {static_cast<grpc::StatusCode>(proto.code()), proto.message(),
          proto.SerializeAsString()};
}

}  // namespace sluice::gateway
