#include "tools/sluicectl/name_server.h"

#include <utility>

namespace sluice::ctl {

const tools::Connection* NameServer::connection() {
  if (!may_ask_ || context_.json) return nullptr;
  if (!connection_) {
    auto opened = tools::Connection::Open(context_.connection);
    may_ask_ = opened.ok();
    if (!may_ask_) return nullptr;
    connection_ = *std::move(opened);
  }
  return &*connection_;
}

bool NameServer::Answered(const absl::Status& status) {
  may_ask_ = status.ok() || absl::IsNotFound(status) ||
             absl::IsInvalidArgument(status);
  return status.ok();
}

}  // namespace sluice::ctl
