#pragma once

// What a call's metadata say: who sends it and which language they read.

#include <grpcpp/impl/codegen/server_context.h>

#include "absl/strings/string_view.h"
#include "filter/sentence.h"

namespace sluice::gateway {

// The first `authorization` header; empty when there is none. Valid as long as
// the call.
absl::string_view AuthorizationOf(const grpc::CallbackServerContext& context);

// The language of the answer's sentences.
filter::Language LanguageOf(const grpc::CallbackServerContext& context);

}  // namespace sluice::gateway
