#pragma once

// What is wrong with a request that does not parse.

#include <google/protobuf/descriptor.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sluice::gateway {

// OK if `bytes` parse as a `type`. Otherwise kInvalidArgument, which says what
// to do and, for text that is not UTF-8, in which field it is.
absl::Status CheckParses(const google::protobuf::Descriptor& type,
                         absl::string_view bytes);

}  // namespace sluice::gateway
