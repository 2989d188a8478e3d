#pragma once

// The metadata of a call: its API key, its reason and the language of the
// answer.

#include <grpcpp/impl/codegen/server_context.h>

#include "absl/strings/string_view.h"
#include "filter/sentence.h"

namespace sluice::gateway {

// The first `authorization` header; empty: none. Valid until the call ends.
absl::string_view AuthorizationOf(const grpc::CallbackServerContext& context);

// Why the caller makes the call, in UTF-8: the header `sluice-reason-bin`,
// whose bytes gRPC carries in base64. Empty: none. Valid until the call ends.
absl::string_view LookupReasonOf(const grpc::CallbackServerContext& context);

// The language of the answer's sentences.
filter::Language LanguageOf(const grpc::CallbackServerContext& context);

}  // namespace sluice::gateway
