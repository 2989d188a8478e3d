#pragma once

// A message of a call in the form that the filter reads. A template, for both
// schemas: wire.v1 of Submit, with bytes for strings, and the public v1.

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "filter/examine/examine.h"
#include "gateway/wire/timestamp.h"
#include "sluice/v1/message.pb.h"

namespace sluice::gateway {

// Times in the filter's form, 0 for none; nullopt: malformed.
inline std::optional<int64_t> TimeOf(bool given,
                                     const google::protobuf::Timestamp& time) {
  if (!given) return 0;
  std::optional<int64_t> ms = TryMillisOf(time);
  // 0 means none; the epoch is as long past as the millisecond after it.
  if (ms == 0) ms = 1;
  return ms;
}

inline MessageClass ClassOf(v1::MessageClass c) {
  const int value = c;
  return value >= 0 && value < kMessageClasses
             ? static_cast<MessageClass>(value)
             : MessageClass::kUnspecified;
}

// `to` refers to the memory of `from`.
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

// Puts the variables of all messages of a batch into `values`, whose memory is
// reused. The messages refer to `values`, which must not change while they do.
template <typename Messages>
void BorrowVariables(const Messages& from,
                     std::vector<filter::VariableValue>& values,
                     absl::Span<filter::Message> to) {
  values.clear();
  for (const auto& message : from) {
    for (const auto& entry : message.variables()) {
      if constexpr (requires { entry.first; }) {
        values.push_back({entry.first, entry.second});  // A map's.
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
