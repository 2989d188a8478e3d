// The text itself: its size, and the words and patterns of the rule set. Order
// 31, article 16.

#include "filter/examine/examination.h"

namespace sluice::filter {
namespace {

bool IsBlank(absl::string_view folded) {
  return folded.find_first_not_of(" \t\r\n") == absl::string_view::npos;
}

// Who sends it, as rules ask for it.
ContentSender SenderOf(const Examination& e) {
  ContentSender sender;
  if (e.content_provider != nullptr) {
    sender.content_provider = e.content_provider->id;
  }
  if (e.account != nullptr) sender.account = e.account->id;
  if (e.port != nullptr) sender.port = e.port->id;
  const Signature* signature = e.snapshot.registry->Find(e.facts.signature);
  if (signature != nullptr) sender.signature = signature->name;
  sender.carrier = e.facts.carrier;
  sender.recipient = e.facts.recipient.e164;
  if (e.made_from != nullptr) sender.template_id = e.made_from->id;
  return sender;
}

}  // namespace

uint32_t CodePointsIn(absl::string_view text) {
  uint32_t count = 0;
  for (const char c : text) count += (c & 0xc0) != 0x80;
  return count;
}

TextSpan SpanOf(const rules::FoldedText& folded, size_t begin, size_t end) {
  return {folded.OriginOf(begin), folded.OriginOf(end - 1) + 1};
}

void CheckText(Examination& e) {
  if (!e.readable) {
    const bool too_long = e.message.text.size() > 4 * kTextCodePointsMax;
    e.findings.Add(
        too_long ? ReasonCode::kTextTooLong : ReasonCode::kTextNotUtf8, "text");
    return;
  }
  if (e.folded.code_points > kTextCodePointsMax) {
    e.findings.Add(ReasonCode::kTextTooLong, "text");
  }
  if (e.folded.control && e.made) {
    // A template has none: the value of a variable brought it.
    e.findings.Add(ReasonCode::kFieldInvalid, "variables", "control_character");
  } else if (e.folded.control) {
    const uint32_t at = *e.folded.control;
    e.findings.AddAt(ReasonCode::kFieldInvalid, {at, at + 1},
                     "control_character");
  }
  // With a template the text may come from it.
  if (e.message.template_id.empty() && IsBlank(e.folded.bytes)) {
    e.findings.Add(ReasonCode::kTextEmpty, "text");
  }
}

void CheckContent(Examination& e, ExamineState& scratch) {
  scratch.hits.clear();
  e.snapshot.rules->Match(
      e.folded,
      {static_cast<v1::MessageClass>(e.facts.message_class),
       e.folded.code_points, e.message.text, &scratch.contacts},
      scratch.match, scratch.hits);
  CheckWordConflict(e, scratch);
  DropReleasedHits(e, scratch);
  if (scratch.hits.empty()) return;
  e.snapshot.policy->content().Judge(
      scratch.hits, e.facts.message_class, SenderOf(e), e.findings.now_ms(),
      e.facts.findings, e.snapshot.exemptions.get(), &scratch.judged,
      [&](uint32_t category) { return SpeakerOf(e, scratch, category); });
}

}  // namespace sluice::filter
