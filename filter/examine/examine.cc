#include "filter/examine/examine.h"

#include <algorithm>
#include <limits>

#include "filter/examine/examination.h"
#include "filter/examine/likeness.h"
#include "filter/policy/hash.h"
#include "filter/policy/hours.h"
#include "rules/base/milliseconds.h"
#include "rules/base/whole_characters.h"

namespace sluice::filter {
namespace {

void Reset(MessageFacts& facts) {
  facts.recipient = {};
  facts.carrier = Carrier::kUnknown;
  facts.message_class = MessageClass::kUnspecified;
  facts.licensee = {};
  facts.account = {};
  facts.content_provider = {};
  facts.signature = {};
  facts.port = {};
  facts.access_number.Clear();
  facts.parts = 0;
  facts.content = 0;
  facts.key = 0;
  facts.likeness = 0;
  facts.counts_for_campaigns = false;
  facts.campaign.clear();
  facts.template_hash = 0;
  facts.campaign_hash = 0;
  facts.category_hash = 0;
  facts.not_before_ms = 0;
  facts.deferred_by_hours = false;
  facts.expire_at_ms = 0;
  facts.possible.clear();
  facts.made_text.clear();
  facts.sent_text.clear();
  facts.findings.clear();
}

MessageClass KnownClass(MessageClass c) {
  return static_cast<int>(c) < kMessageClasses ? c : MessageClass::kUnspecified;
}

void HashIds(const Caller& caller, const Message& message,
             MessageFacts& facts) {
  facts.key = KeyHash(caller.account.value, message.key, message.send_after_ms,
                      message.expire_at_ms);
  facts.template_hash = TemplateHash(message.template_id);
  facts.campaign_hash = CampaignHash(message.campaign_id);
  facts.category_hash = CategoryHash(message.category);
}

// The text as submitted with the changes; `by_carrier`: those too that the
// carrier makes after us.
void Compose(absl::string_view text, const TextChanges& changes,
             bool by_carrier, std::string& out) {
  out.clear();
  const auto append = [&](absl::string_view part) {
    out.append(part.data(), part.size());
  };
  if (!changes.signature.empty() &&
      (by_carrier || !changes.signature_by_carrier)) {
    append("【");
    append(changes.signature);
    append("】");
  }
  const size_t head = changes.head_dropped;
  append(text.substr(head, changes.notice_at - head));
  if (by_carrier || !changes.notice_by_carrier) append(changes.notice);
  append(text.substr(changes.notice_at));
}

void CountParts(const Message& message, const TextChanges& changes,
                const CarrierTraits& traits, std::string& counted,
                MessageFacts& facts) {
  absl::string_view text = message.text;
  if (!changes.none()) {
    Compose(message.text, changes, /*by_carrier=*/false, facts.sent_text);
    if (facts.sent_text == message.text) facts.sent_text.clear();
    Compose(message.text, changes, /*by_carrier=*/true, counted);
    text = counted;
  }
  facts.parts = static_cast<uint8_t>(
      std::min<uint32_t>(CountSegments(text, traits), kSegmentsMax));
}

// When it may go, and until when it is worth sending.
void PlanTimes(const Policy& policy, const Message& message, int64_t now_ms,
               MessageFacts& facts) {
  const int64_t earliest_ms = std::max(now_ms, message.send_after_ms);
  const Plan plan = PlanInHours(policy, facts.message_class, facts.recipient,
                                facts.content, earliest_ms, now_ms);
  facts.not_before_ms = plan.at_ms;
  facts.deferred_by_hours = plan.deferred;
  if (message.expire_at_ms != 0) {
    facts.expire_at_ms = message.expire_at_ms;
    return;
  }
  const int64_t validity_ms = policy.of(facts.message_class).validity_ms;
  const bool to_end_of_hours =
      validity_ms == 0 && plan.until_ms != std::numeric_limits<int64_t>::max();
  facts.expire_at_ms =
      to_end_of_hours ? plan.until_ms
                      : plan.at_ms + (validity_ms == 0 ? kDayMs : validity_ms);
}

// A message that is rejected already is never compared with others.
void HashLikeness(Examination& e) {
  MessageFacts& facts = e.facts;
  // Whatever the sender calls the campaign: a person decides about the text.
  facts.counts_for_campaigns =
      e.snapshot.policy->campaigns().MaxOf(facts.message_class) > 0 &&
      facts.content_provider && e.made_from == nullptr;
  const bool compared = facts.counts_for_campaigns ||
                        facts.message_class == MessageClass::kConsentRequest;
  const bool rejected =
      std::any_of(facts.findings.begin(), facts.findings.end(),
                  [](const Finding& f) { return !f.observed && !f.hold; });
  if (compared && !rejected) facts.likeness = LikenessHash(e.folded.bytes);
}

// No span cuts an accent off, or an emoji in two.
void WidenSpans(absl::string_view text, std::vector<Finding>& findings) {
  const bool any =
      std::any_of(findings.begin(), findings.end(),
                  [](const Finding& one) { return !one.spans.empty(); });
  if (!any) return;
  const WholeCharacters whole(text);
  for (Finding& finding : findings) {
    for (TextSpan& span : finding.spans) whole.Widen(span.begin, span.end);
  }
}

void ExamineText(Examination& e, ExamineState& scratch) {
  CheckText(e);
  // The fault of a template that should have made the text is reported already.
  const bool missing = e.message.text.empty() && !e.message.template_id.empty();
  if (!e.readable || missing) return;
  scratch.contacts.Begin(e.folded, e.message.text);
  TextChanges changes = {.notice_at = e.message.text.size()};
  CheckSignature(e, changes);
  CheckWording(e, changes);
  CheckContent(e, scratch);
  CheckContacts(e, scratch.contacts);
  CheckBlocks(e, scratch);
  CountParts(e.message, changes,
             e.snapshot.carriers[static_cast<size_t>(e.facts.carrier)],
             scratch.counted, e.facts);
  HashLikeness(e);
}

}  // namespace

bool AccessNumber::Append(absl::string_view digits) {
  if (digits.size() > kSizeMax - size_) return false;
  std::copy(digits.begin(), digits.end(), digits_ + size_);
  size_ = static_cast<uint8_t>(size_ + digits.size());
  return true;
}

bool FoldText(absl::string_view text, rules::FoldedText& folded) {
  return text.size() <= 4 * kTextCodePointsMax &&
         rules::FoldTable::Shared().Fold(text, folded);
}

ExamineScratch::ExamineScratch() : state_(std::make_unique<ExamineState>()) {}
ExamineScratch::~ExamineScratch() = default;

absl::Span<const JudgedHit> ExamineScratch::judged() const {
  return state_->judged;
}

void Examine(const Snapshot& snapshot, const Caller& caller,
             const Message& message, int64_t now_ms, ExamineScratch& scratch,
             MessageFacts& facts) {
  Reset(facts);
  scratch.state_->judged.clear();
  const Policy& policy = *snapshot.policy;
  facts.message_class = KnownClass(message.message_class);
  facts.account = caller.account;
  HashIds(caller, message, facts);
  Message with_text = message;
  Examination e = {
      snapshot,
      with_text,
      scratch.state_->folded,
      scratch.state_->look,
      facts,
      Findings(policy, facts.message_class, now_ms, facts.findings)};
  e.made = message.made;
  e.readable = FoldText(message.text, scratch.state_->folded);
  CheckFields(e);
  CheckRecipient(e);
  FindWho(e);
  FindTemplate(e, *scratch.state_);
  facts.content =
      HashOf(e.readable ? absl::string_view(e.folded.bytes) : message.text);
  if (facts.message_class == MessageClass::kUnspecified) {
    e.findings.Add(ReasonCode::kClassUnknown, "message_class");
  }
  FindSender(e);
  CheckLicence(e);
  ExamineText(e, *scratch.state_);
  if (e.readable) WidenSpans(with_text.text, facts.findings);
  PlanTimes(policy, with_text, now_ms, facts);
}

}  // namespace sluice::filter
