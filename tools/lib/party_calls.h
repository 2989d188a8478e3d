#pragma once

// The calls of RegistryService by the type of the party: templates over the
// type of the party take their calls from here.

#include "sluice/admin/v1/registry.grpc.pb.h"

namespace sluice::tools {

template <typename Party>
struct PartyCalls;

// `Field` is the accessor of the party in requests and responses, `Fields` that
// of the parties in a list.
#define SLUICE_PARTY_CALLS_(One, Many, Field, Fields)                          \
  template <>                                                                  \
  struct PartyCalls<admin::v1::One> {                                          \
    using Stub = admin::v1::RegistryService::Stub;                             \
    using GetRequest = admin::v1::Get##One##Request;                           \
    using GetResponse = admin::v1::Get##One##Response;                         \
    using ListRequest = admin::v1::List##Many##Request;                        \
    using ListResponse = admin::v1::List##Many##Response;                      \
    using CreateRequest = admin::v1::Create##One##Request;                     \
    using CreateResponse = admin::v1::Create##One##Response;                   \
    using UpdateRequest = admin::v1::Update##One##Request;                     \
    using UpdateResponse = admin::v1::Update##One##Response;                   \
    static constexpr auto kGet = &Stub::Get##One;                              \
    static constexpr auto kList = &Stub::List##Many;                           \
    static constexpr auto kCreate = &Stub::Create##One;                        \
    static constexpr auto kUpdate = &Stub::Update##One;                        \
    template <typename Message>                                                \
    static const admin::v1::One& In(const Message& message) {                  \
      return message.Field();                                                  \
    }                                                                          \
    template <typename Message>                                                \
    static admin::v1::One& In(Message& message) {                              \
      return *message.mutable_##Field();                                       \
    }                                                                          \
    static const auto& All(const ListResponse& page) { return page.Fields(); } \
  }
SLUICE_PARTY_CALLS_(Licensee, Licensees, licensee, licensees);
SLUICE_PARTY_CALLS_(Account, Accounts, account, accounts);
SLUICE_PARTY_CALLS_(ContentProvider, ContentProviders, content_provider,
                    content_providers);
SLUICE_PARTY_CALLS_(Signature, Signatures, signature, signatures);
SLUICE_PARTY_CALLS_(Template, Templates, template_, templates);
SLUICE_PARTY_CALLS_(Port, Ports, port, ports);
#undef SLUICE_PARTY_CALLS_

}  // namespace sluice::tools
