#pragma once

// A message of a call as the filter reads it. One place for both of its forms:
// Submit's, whose strings are bytes, and the public one.

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "filter/examine/examine.h"
#include "gateway/wire/timestamp.h"
#include "sluice/v1/message.pb.h"

namespace sluice::gateway {

// Times as the filter reads them, 0 for none; nullopt for a malformed one.
inline std::optional<int64_t> TimeOf(bool given,
                                     const google::protobuf::Timestamp& time) {
  if (!given) return 0;
  std::optional<int64_t> ms = TryMillisOf(time);
  // The epoch itself is long past, like the millisecond after it.
  if (ms == 0) ms = 1;
  return ms;
}

inline MessageClass ClassOf(v1::MessageClass c) {
  const int value = c;
  return value >= 0 && value < kMessageClasses
             ? static_cast<MessageClass>(value)
             : MessageClass::kUnspecified;
}

// `to` borrows from `from`.
template <typename OutgoingMessage>
void Borrow(const OutgoingMessage& from, filter::Message& to) {
  to = {.key = from.key(),
        .recipient = from.recipient(),
        .sender = from.sender(),
        .text = from.text(),
        .message_class = ClassOf(from.message_class()),
        .template_id = from.template_id(),
        .signature_id = from.signature_id(),
        .on_behalf_of = from.on_behalf_of(),
        .campaign_id = from.campaign_id(),
        .category = from.category(),
        .client_ref = from.client_ref(),
        .extension = from.extension(),
        .send_after_ms =
            TimeOf(from.has_send_after(), from.send_after()).value_or(0),
        .expire_at_ms =
            TimeOf(from.has_expire_at(), from.expire_at()).value_or(0)};
}

// The variables of all messages of a batch, borrowed into `values`, which is
// reused: it must stay as it is while the messages are.
template <typename Messages>
void BorrowVariables(const Messages& from,
                     std::vector<filter::VariableValue>& values,
                     absl::Span<filter::Message> to) {
  values.clear();
  for (const auto& message : from) {
    for (const auto& entry : message.variables()) {
      if constexpr (requires { entry.first; }) {
        values.push_back({entry.first, entry.second});  // Of a map.
      } else {
        values.push_back({entry.key(), entry.value()});
      }
    }
  }
  size_t at = 0;
  for (size_t i = 0; i < to.size(); ++i) {
    const auto size =
        static_cast<size_t>(from[static_cast<int>(i)].variables().size());
    to[i].variables = absl::MakeConstSpan(values).subspan(at, size);
    at += size;
  }
}

}  // namespace sluice::gateway
