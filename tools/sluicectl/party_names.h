#pragma once

// Answers name parties by their ids; tables show their names, too.

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "tools/lib/connection.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// "云杉超市 (shop)"; the id alone without a name.
std::string NameAndId(const std::string& name, const std::string& id);

// One for each command: it asks the server once for each id.
class PartyNames {
 public:
  // `context` must outlive it.
  explicit PartyNames(const Context& context) : context_(context) {}

  // "云杉超市 (shop)"; the id alone if the registry has no such party, or does
  // not answer. Empty for an empty id. For programs (--json) the id.
  const std::string& Provider(const std::string& id);
  const std::string& Account(const std::string& id);
  const std::string& Licensee(const std::string& id);
  const std::string& Signature(const std::string& id);

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
  std::string Ask(const std::string& id);

  const Context& context_;
  std::map<std::pair<std::string, std::string>, std::string> names_;
  std::optional<tools::Connection> connection_;
  bool may_ask_ = true;
};

}  // namespace sluice::ctl
