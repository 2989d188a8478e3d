#pragma once

// The parties of the registry as they were at a time.

#include <functional>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "tools/lib/connection.h"
#include "tools/sluicectl/party_names.h"

namespace sluice::ctl {

// Visits the parties of a type as they were at a time, by id. Errors: those of
// HistoryService.ListParties.
absl::Status VisitPartiesAt(
    const tools::Connection& connection,
    const google::protobuf::Descriptor& type,
    const google::protobuf::Timestamp& time,
    const std::function<void(const google::protobuf::Message&)>& visit);

// Lets `parties` show the parties that those of `type` refer to by the names
// that they had at that time. Errors: as above.
absl::Status UseNamesAt(const tools::Connection& connection,
                        const google::protobuf::Descriptor& type,
                        const google::protobuf::Timestamp& time,
                        PartyNames& parties);

}  // namespace sluice::ctl
