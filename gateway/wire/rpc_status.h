#pragma once

// Converts absl::Status, which all code below uses, to the status of gRPC:
// code, message and details. Details are the reason (ErrorInfo), the field of a
// malformed request (BadRequest), and the retry delay of every overload
// (RetryInfo, promise P10). rules/base/error_reason.h says how an error gets
// its reason and field, rules/base/language.h its Chinese.

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/rpc/status.pb.h"

namespace sluice::gateway {

// `status` with a retry delay.
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);

// The status for gRPC. kResourceExhausted without a delay gets `default_delay`.
google::rpc::Status ToProto(const absl::Status& status,
                            absl::Duration default_delay);

// The same as the status of a call, with the details in
// grpc-status-details-bin. Clients lose an error whose trailers exceed 8 KiB,
// so long prose ends in an ellipsis.
grpc::Status ToGrpc(const absl::Status& status, absl::Duration default_delay);

}  // namespace sluice::gateway
