#include "gateway/wire/call_context.h"

namespace sluice::gateway {
namespace {

absl::string_view ValueOf(const grpc::CallbackServerContext& context,
                          const char* name) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(name);
  if (found == metadata.end()) return {};
  return {found->second.data(), found->second.size()};
}

}  // namespace

absl::string_view AuthorizationOf(const grpc::CallbackServerContext& context) {
  return ValueOf(context, "authorization");
}

absl::string_view LookupReasonOf(const grpc::CallbackServerContext& context) {
  return ValueOf(context, "sluice-reason-bin");
}

filter::Language LanguageOf(const grpc::CallbackServerContext& context) {
  return filter::ChooseLanguage(ValueOf(context, "accept-language"));
}

}  // namespace sluice::gateway
