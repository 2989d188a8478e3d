#pragma once

// Answers name people by the ids of their API keys; tables show who they are.

#include <map>
#include <string>

#include "tools/sluicectl/command.h"
#include "tools/sluicectl/name_server.h"

namespace sluice::ctl {

// The note of a key; one that sluiced itself has written, in the person's
// language.
std::string NoteText(const Context& context, const std::string& note);

// One for each command: it asks the server once for each id.
class KeyNames {
 public:
  // `context` must outlive it.
  explicit KeyNames(const Context& context)
      : context_(context), server_(context) {}

  // "王敏 (cfq7yz1ygt)"; "cfq7yz1ygt (made at the first start)" if the key
  // names nobody; the id alone if it is no key's, or the server does not say.
  // Empty for an empty id.
  const std::string& Of(const std::string& id);

 private:
  std::string Ask(const std::string& id);

  const Context& context_;
  NameServer server_;
  std::map<std::string, std::string> names_;
};

}  // namespace sluice::ctl
