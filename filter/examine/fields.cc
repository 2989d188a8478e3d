// Fields of a message that are only kept or compared: their lengths, and that
// they are text, since they are given back in answers.

#include "filter/examine/examination.h"
#include "rules/base/characters.h"

namespace sluice::filter {
namespace {

constexpr struct {
  absl::string_view name;
  absl::string_view Message::*field;
} kFields[] = {
    {"key", &Message::key},
    {"template_id", &Message::template_id},
    {"signature_id", &Message::signature_id},
    {"on_behalf_of", &Message::on_behalf_of},
    {"campaign_id", &Message::campaign_id},
    {"category", &Message::category},
    {"client_ref", &Message::client_ref},
    {"recipient", &Message::recipient},
    {"sender", &Message::sender},
};

// Whether bytes are UTF-8 (RFC 3629): shortest forms, no surrogates.
bool IsUtf8(absl::string_view text) {
  if (IsAscii(text)) return true;
  std::string folded;
  return rules::FoldTable::Shared().Fold(text, folded);
}

}  // namespace

void CheckFields(Examination& e) {
  for (const auto& [name, field] : kFields) {
    const absl::string_view value = e.message.*field;
    if (value.empty()) continue;
    if (value.size() > kFieldBytesMax) {
      e.findings.Add(ReasonCode::kFieldInvalid, name, "too_long");
    } else if (!IsUtf8(value)) {
      e.findings.Add(ReasonCode::kFieldInvalid, name, "not_utf8");
    }
  }
  if (e.message.send_after_ms < 0) {
    e.findings.Add(ReasonCode::kFieldInvalid, "send_after", "out_of_range");
  }
  if (e.message.expire_at_ms < 0) {
    e.findings.Add(ReasonCode::kFieldInvalid, "expire_at", "out_of_range");
  }
}

}  // namespace sluice::filter
