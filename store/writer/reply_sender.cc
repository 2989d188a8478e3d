#include "store/writer/reply_sender.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"

namespace sluice::store {
namespace {

using filter::Port;
using filter::Registry;
using filter::Send;

constexpr int64_t kRemembered = int64_t{30} * 24 * 3600 * 1000;

// A refund clears the charge: the message was refused, cancelled or expired.
bool HasLeft(const Send& send, const Outbox& outbox) {
  const uint8_t is = send.flags & (filter::kSendCharged |
                                   filter::kSendRejected | filter::kSendFailed);
  if (is != filter::kSendCharged) return false;
  const LiveMessage* const live = outbox.Find(send.message);
  return live == nullptr || !IsWaiting(live->state);
}

// Messages that left and whose port is one of those that `wanted` says.
template <typename Wanted>
std::vector<Send> SendsFrom(const Registry& registry,
                            absl::Span<const Send> sends, const Outbox& outbox,
                            int64_t now_ms, const Wanted& wanted) {
  std::vector<Send> found;
  for (const Send& send : sends) {
    const Port* const port = registry.Find(PortId{send.port});
    if (port == nullptr || !wanted(*port)) continue;
    if (now_ms - send.at_ms > kRemembered || !HasLeft(send, outbox)) continue;
    found.push_back(send);
  }
  absl::c_sort(found, [](const Send& a, const Send& b) {
    return std::pair(a.at_ms, a.message) > std::pair(b.at_ms, b.message);
  });
  return found;
}

std::vector<uint32_t> ContentProvidersOf(const std::vector<Send>& sends) {
  std::vector<uint32_t> owners;
  for (const Send& send : sends) {
    if (!absl::c_linear_search(owners, send.content_provider)) {
      owners.push_back(send.content_provider);
    }
  }
  return owners;
}

}  // namespace

ReplySender SenderRepliedTo(const Registry& registry,
                            absl::string_view access_number,
                            absl::Span<const Send> sends, const Outbox& outbox,
                            int64_t now_ms) {
  ReplySender sender;
  sender.port = registry.PortByDigits(access_number);
  if (sender.port != nullptr) {
    sender.sends = SendsFrom(
        registry, sends, outbox, now_ms,
        [&](const Port& port) { return port.number == sender.port->number; });
    if (!sender.sends.empty()) {
      // After a change of its owner the port has messages of both: the newest
      // is the one that is answered.
      const std::vector<uint32_t> owners = ContentProvidersOf(sender.sends);
      sender.doubtful = owners.size() > 1;
      sender.content_providers = {owners.front()};
      std::erase_if(sender.sends, [&](const Send& send) {
        return send.content_provider != owners.front();
      });
      return sender;
    }
  }
  // A carrier that cuts the access number leaves its beginning.
  sender.sends =
      SendsFrom(registry, sends, outbox, now_ms, [&](const Port& port) {
        return absl::StartsWith(port.digits, access_number);
      });
  sender.content_providers = ContentProvidersOf(sender.sends);
  sender.doubtful = true;
  if (sender.sends.empty() && sender.port != nullptr &&
      sender.port->content_provider != nullptr) {
    sender.content_providers = {sender.port->content_provider->number.value};
    sender.doubtful = false;
  }
  return sender;
}

}  // namespace sluice::store
