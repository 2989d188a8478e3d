#include "store/journal/message_id.h"

#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"

namespace sluice::store {
namespace {

constexpr absl::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// The record reference takes the last 12 digits and the low 2 bits of the digit
// before them; the partition takes the other bits.
constexpr int kRecordDigits = 12;

absl::StatusOr<uint64_t> DecodeDigits(absl::string_view text) {
  uint64_t value = 0;
  for (const char c : text) {
    const size_t digit = kDigits.find(c);
    if (digit == absl::string_view::npos) {
      return absl::InvalidArgumentError(
          "message id: a character is not one of 0-9, A-Z without I, L, O, U");
    }
    value = value << 5 | digit;
  }
  return value;
}

}  // namespace

void EncodeMessageId(const MessageId& id, char* out) {
  uint64_t low = id.record.value();
  for (int i = kMessageIdSize - 1; i > 2; --i, low >>= 5) {
    out[i] = kDigits[low & 31];
  }
  uint64_t high = uint64_t{id.partition} << 2 | low;
  for (int i = 2; i >= 0; --i, high >>= 5) out[i] = kDigits[high & 31];
}

std::string ToString(const MessageId& id) {
  std::string text(kMessageIdSize, '0');
  EncodeMessageId(id, text.data());
  return text;
}

absl::StatusOr<MessageId> DecodeMessageId(absl::string_view text) {
  const auto fault = [] {
    return ErrorOf(absl::StatusCode::kInvalidArgument,
                   SayBoth("不是短信编号：短信编号是 $0 位大写字母和数字，如 "
                           "00000000A4F0001",
                           "not a message id: one has $0 capital letters and "
                           "digits, such as 00000000A4F0001",
                           kMessageIdSize));
  };
  if (text.size() != kMessageIdSize) return fault();
  const absl::StatusOr<uint64_t> high =
      DecodeDigits(text.substr(0, kMessageIdSize - kRecordDigits));
  const absl::StatusOr<uint64_t> low =
      DecodeDigits(text.substr(kMessageIdSize - kRecordDigits));
  if (!high.ok() || !low.ok() || *high >> 12 != 0) return fault();
  return MessageId{
      static_cast<uint16_t>(*high >> 2),
      RecordRef::FromValue((*high & 3) << (5 * kRecordDigits) | *low)};
}

}  // namespace sluice::store
