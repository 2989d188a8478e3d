#pragma once

// From absl::Status, which everything inside uses, to what gRPC clients know:
// the code, the message, and as details the reason (ErrorInfo), the field of a
// malformed request (BadRequest), and a retry delay with every overload
// (RetryInfo, promise P10). rules/base/error_reason.h says how a fault gets its
// reason and field.

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/rpc/status.pb.h"

namespace sluice::gateway {

// `status` with the advice to try again after `delay`.
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);

// kResourceExhausted without a delay gets `default_delay`.
google::rpc::Status ToProto(const absl::Status& status,
                            absl::Duration default_delay);

// The same as a call's status; the details go into grpc-status-details-bin.
grpc::Status ToGrpc(const absl::Status& status, absl::Duration default_delay);

}  // namespace sluice::gateway
