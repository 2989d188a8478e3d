#pragma once

// Calls of RegistryService for tests, which write parties as
// sluice.store.v1.Party.

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "gateway/admin/party_resource.h"
#include "tools/lib/party_calls.h"

namespace sluice::gateway {

class PartyClient {
 public:
  using MakeContext = std::function<std::unique_ptr<grpc::ClientContext>()>;

  // `context` gives the context of each call.
  PartyClient(const std::shared_ptr<grpc::Channel>& channel,
              MakeContext context)
      : stub_(admin::v1::RegistryService::NewStub(channel)),
        context_(std::move(context)) {}

  grpc::Status Create(const store::v1::Party& party, const std::string& reason,
                      bool accept_rule_hits = false,
                      store::v1::Party* made = nullptr) {
    return ForKind(party, [&](auto resource) {
      using Calls = tools::PartyCalls<decltype(resource)>;
      typename Calls::CreateRequest request;
      ToResource(party, Calls::In(request));
      SetHow(reason, accept_rule_hits, request);
      typename Calls::CreateResponse response;
      return Take(
          (stub_.get()->*Calls::kCreate)(context_().get(), request, &response),
          Calls::In(std::as_const(response)), made);
    });
  }

  // Updates every field that callers may set.
  grpc::Status Change(const store::v1::Party& party, const std::string& reason,
                      store::v1::Party* changed) {
    return ForKind(party, [&](auto resource) {
      using Calls = tools::PartyCalls<decltype(resource)>;
      typename Calls::UpdateRequest request;
      ToResource(party, Calls::In(request));
      const auto& type = *resource.GetDescriptor();
      request.mutable_update_mask()->add_paths("state");
      for (int i = 5; i < type.field_count(); ++i) {
        if (type.field(i)->name() == "accepted_hits") continue;
        request.mutable_update_mask()->add_paths(type.field(i)->name());
      }
      SetHow(reason, false, request);
      typename Calls::UpdateResponse response;
      return Take(
          (stub_.get()->*Calls::kUpdate)(context_().get(), request, &response),
          Calls::In(std::as_const(response)), changed);
    });
  }

  // The stored form of the party in an answer.
  template <typename Resource>
  static store::v1::Party AsStored(const Resource& resource) {
    store::v1::Party party = FromResource(resource);
    party.set_number(resource.record_number());
    party.set_revision(resource.revision());
    *party.mutable_update_time() = resource.update_time();
    return party;
  }

 private:
  template <typename Call>
  static grpc::Status ForKind(const store::v1::Party& party, Call call) {
    switch (party.kind_case()) {
      case store::v1::Party::kLicensee:
        return call(admin::v1::Licensee());
      case store::v1::Party::kAccount:
        return call(admin::v1::Account());
      case store::v1::Party::kContentProvider:
        return call(admin::v1::ContentProvider());
      case store::v1::Party::kSignature:
        return call(admin::v1::Signature());
      case store::v1::Party::kPort:
        return call(admin::v1::Port());
      default:
        return call(admin::v1::Template());
    }
  }

  template <typename Request>
  static void SetHow(const std::string& reason, bool accept_rule_hits,
                     Request& request) {
    request.set_reason(reason);
    if constexpr (requires { request.set_accept_rule_hits(true); }) {
      request.set_accept_rule_hits(accept_rule_hits);
    }
  }

  template <typename Resource>
  static grpc::Status Take(const grpc::Status& status, const Resource& resource,
                           store::v1::Party* party) {
    if (!status.ok() || party == nullptr) return status;
    *party = AsStored(resource);
    return status;
  }

  const std::unique_ptr<admin::v1::RegistryService::Stub> stub_;
  const MakeContext context_;
};

}  // namespace sluice::gateway
