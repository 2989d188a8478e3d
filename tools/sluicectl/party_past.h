#pragma once

// Parties as they were at a time, one by one: what a record means by an id.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "sluice/admin/v1/history.pb.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/name_server.h"

namespace sluice::ctl {

// One for each command: it asks the server once for each party.
class PartyPast {
 public:
  // `context` must outlive it.
  explicit PartyPast(const Context& context) : server_(context) {}

  // The party of this type as it was at that time; before it was created, as it
  // was then. Null: there is none, or the server does not say. Valid as long as
  // this.
  const google::protobuf::Message* At(const google::protobuf::Descriptor& type,
                                      const std::string& id,
                                      const google::protobuf::Timestamp& time);

 private:
  using Changes = std::vector<admin::v1::PartyChange>;

  Changes Ask(const google::protobuf::Descriptor& type, const std::string& id);

  NameServer server_;
  // In the order of the journal.
  std::map<std::pair<std::string, std::string>, Changes> parties_;
};

}  // namespace sluice::ctl
