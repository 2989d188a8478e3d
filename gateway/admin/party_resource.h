#pragma once

// Converts parties between sluice.store.v1.Party and the resources of
// sluice.admin.v1, such as Licensee. Fields are copied by name, so that a kind
// needs no code of its own; a test compares the two packages. Where the stored
// field is a name such as "mobile", the API's field is an enum.

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include "absl/status/status.h"
#include "sluice/store/v1/party.pb.h"

namespace sluice::gateway {

// The kind of party that a resource of this type describes.
store::v1::PartyKind KindOfResource(const google::protobuf::Descriptor& type);

// Fills `resource`, which is of the type of the party's kind.
void ToResource(const store::v1::Party& party,
                google::protobuf::Message& resource);

// The party that a caller describes, without the fields that Sluice assigns.
store::v1::Party FromResource(const google::protobuf::Message& resource);

// Copies the fields that `mask` names from `resource` to `party`, empty ones
// too. Errors: kInvalidArgument (`mask` is empty or names a field that callers
// cannot set).
absl::Status ApplyMask(const google::protobuf::FieldMask& mask,
                       const google::protobuf::Message& resource,
                       store::v1::Party& party);

}  // namespace sluice::gateway
