// The opt-out wording: commercial messages tell how to opt out, at the end and
// in a form that works; and opt-out words are asked for with no other meaning.
// Order 31, article 20.

#include "absl/strings/match.h"
#include "filter/examine/examination.h"
#include "filter/policy/asked_words.h"
#include "filter/registry/template_review.h"

namespace sluice::filter {
namespace {

bool HasNotice(const Wordings& wordings, absl::string_view folded,
               bool tail_signature) {
  absl::string_view body = folded;
  if (tail_signature) body = body.substr(0, body.rfind("【"));
  return NoticeBegin(wordings, body) != body.size();
}

// Something that reads like a way to opt out, but is not an accepted one or
// does not stand at the end.
bool FindInvalid(const Wordings& wordings, absl::string_view folded,
                 size_t* begin, size_t* end) {
  const auto find = [&](absl::string_view word) {
    *begin = folded.rfind(word);
    *end = *begin + word.size();
    return *begin != absl::string_view::npos;
  };
  for (const std::string& wording : wordings.accepted) {
    if (find(wording)) return true;
  }
  for (const Phrase& phrase : wordings.reply_words) {
    const std::string& word = phrase.pieces.front().bytes;
    if (!IsAsciiAlnumAt(word, 0) && find(word)) return true;
  }
  return false;
}

void CheckNotice(Examination& e, TextChanges& changes) {
  const Wordings& wordings = e.snapshot.policy->wordings();
  const bool tail = changes.notice_at != e.message.text.size();
  if (HasNotice(wordings, e.folded.bytes, tail)) return;
  const store::v1::Port::Placement placement =
      e.port == nullptr ? store::v1::Port::PLACEMENT_CHECK
                        : e.port->notice_placement;
  if (placement != store::v1::Port::PLACEMENT_CHECK || e.made) {
    changes.notice = wordings.preferred;
    changes.notice_by_carrier = placement == store::v1::Port::PLACEMENT_CARRIER;
    return;
  }
  size_t begin = 0;
  size_t end = 0;
  if (FindInvalid(wordings, e.folded.bytes, &begin, &end)) {
    e.findings.AddAt(ReasonCode::kOptoutNoticeInvalid,
                     SpanOf(e.folded, begin, end));
  } else {
    e.findings.Add(ReasonCode::kOptoutNoticeMissing, "text");
  }
}

}  // namespace

void CheckWording(Examination& e, TextChanges& changes) {
  if (e.snapshot.policy->of(e.facts.message_class).needs_opt_out_wording) {
    CheckNotice(e, changes);
  }
}

void CheckWordConflict(Examination& e, const ExamineState& scratch) {
  const ContentPolicy& content = e.snapshot.policy->content();
  // A rule of the pack that found it decides: it has its own mode, exemptions
  // and accepted templates.
  if (HasWordConflict(content, scratch.hits)) return;
  // Codes are not kept waiting for a person.
  if (e.facts.message_class == MessageClass::kVerification) return;
  const Wordings& wordings = e.snapshot.policy->wordings();
  const absl::string_view folded = e.folded.bytes;
  // The notice at the end is right as it is.
  for (const AskedWord& asked : FindAskedWords(
           wordings, folded.substr(0, NoticeBegin(wordings, folded)))) {
    if (!asked.refuses) continue;
    const TextSpan span = SpanOf(e.folded, asked.begin, asked.end);
    if (e.made_from != nullptr && IsInFixedText(scratch, span) &&
        e.made_from->Accepts(kAsksForOptOutWord, asked.word)) {
      continue;
    }
    Finding* finding = e.findings.AddAt(ReasonCode::kOptoutWordConflict, span,
                                        kAsksForOptOutWord);
    if (finding != nullptr) finding->hold = true;
    return;
  }
}

}  // namespace sluice::filter
