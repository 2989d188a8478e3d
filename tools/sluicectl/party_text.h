#pragma once

// Parties as text for people: the values of their fields, with names beside the
// ids of other parties.

#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "sluice/admin/v1/history.pb.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/party_names.h"

namespace sluice::ctl {

// Whether a person sets the field of a party, and it is neither its id nor its
// state, which have flags of their own.
bool IsPartyField(const google::protobuf::FieldDescriptor& field);

// "小店 (shop), 大店 (big)": all values of the field; empty: it is not set.
std::string ValuesText(const Context& context,
                       const google::protobuf::Message& party,
                       const google::protobuf::FieldDescriptor& field,
                       PartyNames& parties);

// The party in a version. Null: there is none.
const google::protobuf::Message* PartyIn(
    const admin::v1::PartyVersion& version);

// The field of PartyVersion that has parties of this type; its number is that
// of their kind.
const google::protobuf::FieldDescriptor& VersionFieldOf(
    const google::protobuf::Descriptor& party);

}  // namespace sluice::ctl
