#pragma once

// Parties as callers see them: a sluice.store.v1.Party of each kind is a
// message of sluice.admin.v1 of that kind's name, such as Licensee. Fields go
// over by name, so that a kind needs no code of its own; a test holds the two
// packages against each other. Where the stored field is a name such as
// "mobile", the API's is an enum.

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include "absl/status/status.h"
#include "sluice/store/v1/party.pb.h"

namespace sluice::gateway {

// The kind of party whose resource has this type.
store::v1::PartyKind KindOfResource(const google::protobuf::Descriptor& type);

// Fills `resource`, which is of the type of the party's kind.
void ToResource(const store::v1::Party& party,
                google::protobuf::Message& resource);

// The party that a caller describes: without what Sluice assigns.
store::v1::Party FromResource(const google::protobuf::Message& resource);

// Takes the fields that `mask` names from `resource` into `party`, empty ones
// too. Errors: kInvalidArgument (`mask` names no field, or one that callers do
// not set).
absl::Status ApplyMask(const google::protobuf::FieldMask& mask,
                       const google::protobuf::Message& resource,
                       store::v1::Party& party);

}  // namespace sluice::gateway
