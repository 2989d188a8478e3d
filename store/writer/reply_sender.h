#pragma once

// Whom a reply (MO) is for: the content providers that sent to the number from
// the access number it was sent to (regulation.md, "Replies (MO) that opt
// out").

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "filter/recipient_state.h"
#include "filter/registry/registry.h"
#include "store/memory/outbox.h"

namespace sluice::store {

struct ReplySender {
  // The port with the most digits that the access number begins with; null:
  // none.
  const filter::Port* port = nullptr;
  // Numbers of content providers. Empty: not known, so everybody.
  std::vector<uint32_t> content_providers;
  // Their messages to the number that left in the last 30 days, the newest
  // first.
  std::vector<filter::Send> sends;
  // The access number came back cut, the port had several owners, or nobody is
  // known to have sent from it.
  bool doubtful = false;
};

// `sends` are those of the number that replied. What waits in `outbox` has not
// left.
ReplySender SenderRepliedTo(const filter::Registry& registry,
                            absl::string_view access_number,
                            absl::Span<const filter::Send> sends,
                            const Outbox& outbox, int64_t now_ms);

}  // namespace sluice::store
