#pragma once

// The server that a command asks for names while it shows an answer. Ids do as
// well, so a server that does not answer, such as an older one, is not asked
// again.

#include <optional>

#include "absl/status/status.h"
#include "tools/lib/connection.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

class NameServer {
 public:
  // `context` must outlive it.
  explicit NameServer(const Context& context) : context_(context) {}

  // Null: it is not to be asked, or cannot be. Programs (--json) read ids.
  const tools::Connection* connection();

  // Takes how a call ended; returns whether it brought a name. A server that
  // says that it has no such party is asked about others.
  bool Answered(const absl::Status& status);

 private:
  const Context& context_;
  std::optional<tools::Connection> connection_;
  bool may_ask_ = true;
};

}  // namespace sluice::ctl
