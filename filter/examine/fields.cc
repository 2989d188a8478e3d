// Fields of a message that are only kept or compared: their lengths, and that
// they are text without control characters, since they are given back in
// answers.

#include <algorithm>

#include "filter/examine/examination.h"

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

bool IsPrintableAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= 0x20 && c < 0x7f; });
}

// What is wrong with the characters of a field; empty: nothing. A field is one
// line, so that a list or a log shows it as one.
absl::string_view FaultOf(absl::string_view value) {
  if (IsPrintableAscii(value)) return {};
  rules::FoldedText folded;
  if (!rules::FoldTable::Shared().Fold(value, folded)) return "not_utf8";
  const bool control =
      folded.control.has_value() || value.find_first_of("\t\n\r") != value.npos;
  return control ? "control_character" : "";
}

}  // namespace

void CheckFields(Examination& e) {
  for (const auto& [name, field] : kFields) {
    const absl::string_view value = e.message.*field;
    if (value.empty()) continue;
    if (value.size() > kFieldBytesMax) {
      e.findings.Add(ReasonCode::kFieldInvalid, name, "too_long");
    } else if (const absl::string_view fault = FaultOf(value); !fault.empty()) {
      e.findings.Add(ReasonCode::kFieldInvalid, name, fault);
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
