#pragma once

// Gives the DELIVERs of one session to the owner as status reports and MOs, and
// finds the answer to each.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/link/cmpp/control.h"
#include "gateway/link/cmpp/deliver.h"
#include "gateway/link/cmpp/inbox.h"
#include "gateway/link/cmpp/link_context.h"

namespace sluice::cmpp {

// One strand. The owner acknowledges on any thread, through the inbox; after
// the inbox is gone an acknowledgement does nothing.
class Deliveries {
 public:
  // `session` is the number of the session, which speaks `version`.
  Deliveries(const LinkContext& context, Version version, uint64_t session,
             std::weak_ptr<Inbox> inbox);

  // Takes the body of a DELIVER. Returns the answer when it is due at once: the
  // body cannot be read, or too many of its kind are not acknowledged. Logs
  // once a minute what is wrong with bodies.
  std::optional<DeliverResp> Take(uint32_t sequence, absl::string_view body);

  // Returns the answer to an acknowledged DELIVER; none when the owner let go
  // of it, or when another session brought it.
  std::optional<DeliverResp> Settle(const Acknowledged& acknowledged);

 private:
  DeliverResp Unreadable(uint64_t msg_id, const absl::Status& why);
  void Odd(absl::string_view fault);

  LinkContext context_;
  Version version_;
  uint64_t session_;
  std::weak_ptr<Inbox> inbox_;
  // Given to the owner and not settled.
  uint32_t open_reports_ = 0;
  uint32_t open_mos_ = 0;
  Deliver deliver_;  // Members so that their memory is reused.
  std::string fault_;
};

}  // namespace sluice::cmpp
