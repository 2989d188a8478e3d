#pragma once

// Answers name parties by their ids; tables show their names, too.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/name_server.h"
#include "tools/sluicectl/party_past.h"

namespace sluice::ctl {

// "云杉超市 (shop)"; the id alone without a name.
std::string NameAndId(const std::string& name, const std::string& id);

// One for each command: it asks the server once for each id.
class PartyNames {
 public:
  using Time = google::protobuf::Timestamp;

  // `context` must outlive it.
  explicit PartyNames(const Context& context)
      : server_(context), past_(context) {}

  // "云杉超市 (shop)"; the id alone if the registry has no such party, or does
  // not answer. Empty for an empty id. For programs (--json) the id.
  const std::string& Provider(const std::string& id);
  const std::string& Account(const std::string& id);
  const std::string& Licensee(const std::string& id);
  const std::string& Signature(const std::string& id);

  // The same by the name of that time: what a record of then means.
  std::string Provider(const std::string& id, const Time& then);
  std::string Account(const std::string& id, const Time& then);
  std::string Licensee(const std::string& id, const Time& then);
  std::string Signature(const std::string& id, const Time& then);

  // The agents above an account at that time, the nearest first.
  std::vector<std::string> Agents(const std::string& account_id,
                                  const Time& then);

  // Shows this name for the id of a party of this type from now on, and not the
  // one of today. Empty: none.
  void Use(const google::protobuf::Descriptor& type, const std::string& id,
           const std::string& name);

  // The same of the id in a party's field of this name, which refers to another
  // party; the value of other fields as it is.
  std::string InField(absl::string_view field, const std::string& value);

 private:
  template <typename Party>
  const std::string& Of(const std::string& id);
  template <typename Party>
  std::string Then(const std::string& id, const Time& then);
  template <typename Party>
  std::string Ask(const std::string& id);

  NameServer server_;
  PartyPast past_;
  std::map<std::pair<std::string, std::string>, std::string> names_;
};

}  // namespace sluice::ctl
