// The signature: the content provider's registered name in full-width brackets
// at the head of the text, there already or added. Order 31, article 21, and
// the carriers' rules.

#include <optional>

#include "absl/strings/match.h"
#include "filter/examine/examination.h"

namespace sluice::filter {
namespace {

constexpr absl::string_view kOpen = "【";
constexpr absl::string_view kClose = "】";

// Brackets that are written instead of full-width ones.
constexpr absl::string_view kWrongBrackets[] = {"[",  "［", "〖",
                                                "〔", "{",  "<"};

// 【name】 in a text, in bytes.
struct Bracketed {
  size_t begin = 0;
  size_t end = 0;
  absl::string_view name;
};

std::optional<Bracketed> BracketedAt(absl::string_view text, size_t begin) {
  if (!absl::StartsWith(text.substr(begin), kOpen)) return std::nullopt;
  const size_t close = text.find(kClose, begin);
  if (close == absl::string_view::npos) return std::nullopt;
  const size_t name = begin + kOpen.size();
  return Bracketed{begin, close + kClose.size(),
                   text.substr(name, close - name)};
}

std::optional<Bracketed> BracketedAtEnd(absl::string_view text) {
  if (!absl::EndsWith(text, kClose)) return std::nullopt;
  const size_t open = text.rfind(kOpen);
  if (open == absl::string_view::npos) return std::nullopt;
  const std::optional<Bracketed> found = BracketedAt(text, open);
  return found && found->end == text.size() ? found : std::nullopt;
}

TextSpan SpanIn(absl::string_view text, size_t begin, size_t end) {
  const uint32_t first = CodePointsIn(text.substr(0, begin));
  return {first, first + CodePointsIn(text.substr(begin, end - begin))};
}

bool DigitsOnly(absl::string_view name) {
  for (const char c : name) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

// Why a name cannot be a signature; empty when it can.
absl::string_view Malformed(absl::string_view name, const Policy& policy) {
  const uint32_t length = CodePointsIn(name);
  if (length < policy.signature_length_min()) return "too_short";
  if (length > policy.signature_length_max()) return "too_long";
  if (DigitsOnly(name) && !policy.digits_signature_allowed()) {
    return "digits_only";
  }
  if (absl::StrContains(name, kOpen)) return "nested";
  return {};
}

// Registered by this content provider, active, and filed with the carrier.
void CheckRegistered(Examination& e, const Signature* signature,
                     absl::string_view field, const TextSpan* span) {
  const auto add = [&](ReasonCode code, absl::string_view rule) {
    Finding* finding = e.findings.Add(code, field, rule);
    if (finding != nullptr && span != nullptr) finding->spans.push_back(*span);
  };
  if (signature == nullptr) {
    add(ReasonCode::kSignatureNotRegistered, {});
    return;
  }
  e.facts.signature = signature->number;
  if (!signature->active) add(ReasonCode::kSignatureLapsed, "suspended");
  if (signature->filed_mask == 0 || e.facts.carrier == Carrier::kUnknown) {
    return;
  }
  const auto carrier = static_cast<size_t>(e.facts.carrier);
  if ((signature->filed_mask >> carrier & 1) == 0) {
    add(ReasonCode::kSignatureNotRegistered, "carrier");
  } else if (signature->filed_until_ms[carrier] <= e.findings.now_ms()) {
    add(ReasonCode::kSignatureLapsed, "carrier");
  }
}

// Checks the signature that the submitted text has.
void CheckInText(Examination& e, const Bracketed& found) {
  const absl::string_view text = e.message.text;
  const TextSpan span = SpanIn(text, found.begin, found.end);
  const absl::string_view malformed = Malformed(found.name, *e.snapshot.policy);
  if (!malformed.empty()) {
    e.findings.AddAt(ReasonCode::kSignatureMalformed, span, malformed);
    return;
  }
  if (e.content_provider == nullptr) return;
  const Signature* signature = e.snapshot.registry->SignatureByName(
      e.content_provider->number, found.name);
  CheckRegistered(e, signature, "text", &span);
  if (signature != nullptr && !e.message.signature_id.empty() &&
      signature->id != e.message.signature_id) {
    e.findings.Add(ReasonCode::kFieldInvalid, "signature_id",
                   "differs_from_text");
  }
}

// A second one right after the signature is refused; brackets further on are
// only noted.
void CheckOtherBrackets(Examination& e, size_t begin, size_t end) {
  const absl::string_view text = e.message.text;
  const absl::string_view body = text.substr(0, end);
  const size_t open = body.find(kOpen, begin);
  const size_t close = body.find(kClose, begin);
  const size_t first = std::min(open, close);
  if (first == absl::string_view::npos) return;
  const bool second = begin > 0 && open == begin;
  const size_t until = open < close && close != absl::string_view::npos
                           ? close + kClose.size()
                           : first + kOpen.size();
  Finding* finding = e.findings.AddAt(
      ReasonCode::kSignatureMalformed, SpanIn(text, first, until),
      second ? "second_at_head" : "brackets_in_body");
  if (finding != nullptr && !second) finding->observed = true;
}

// The signature that is not in the text: the one named, that of the template,
// or the only one.
const Signature* SignatureToAdd(Examination& e) {
  if (e.content_provider == nullptr) return nullptr;
  const Registry& registry = *e.snapshot.registry;
  const absl::string_view id = e.message.signature_id;
  if (!id.empty()) {
    const Signature* named = registry.SignatureById(id);
    const bool owned =
        named != nullptr && named->content_provider == e.content_provider;
    CheckRegistered(e, owned ? named : nullptr, "signature_id", nullptr);
    return owned ? named : nullptr;
  }
  if (e.made_from != nullptr && e.made_from->signature != nullptr) {
    CheckRegistered(e, e.made_from->signature, "template_id", nullptr);
    return e.made_from->signature;
  }
  if (e.content_provider->signature_count != 1) {
    e.findings.Add(ReasonCode::kSignatureMissing, "signature_id");
    return nullptr;
  }
  const Signature* only =
      registry.Find(SignatureId{e.content_provider->only_signature});
  CheckRegistered(e, only, "signature_id", nullptr);
  return only;
}

// Why there is no signature at the head where there should be one.
void ExplainMissing(Examination& e) {
  const absl::string_view text = e.message.text;
  if (absl::StartsWith(text, kOpen)) {
    e.findings.AddAt(ReasonCode::kSignatureMalformed, {0, 1}, "not_closed");
    return;
  }
  for (const absl::string_view bracket : kWrongBrackets) {
    if (!absl::StartsWith(text, bracket)) continue;
    e.findings.AddAt(ReasonCode::kSignatureMalformed, {0, 1}, "not_full_width");
    return;
  }
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start != 0 && start != absl::string_view::npos &&
      absl::StartsWith(text.substr(start), kOpen)) {
    e.findings.AddAt(ReasonCode::kSignatureMalformed,
                     {0, static_cast<uint32_t>(start)}, "not_at_head");
    return;
  }
  e.findings.Add(ReasonCode::kSignatureMissing, "text");
}

}  // namespace

absl::string_view SignatureAtHead(absl::string_view text) {
  const std::optional<Bracketed> head = BracketedAt(text, 0);
  return head ? head->name : absl::string_view();
}

void CheckSignature(Examination& e, TextChanges& changes) {
  const absl::string_view text = e.message.text;
  const bool needed =
      e.snapshot.policy->of(e.facts.message_class).needs_signature;
  const store::v1::Port::Placement placement =
      e.port == nullptr ? store::v1::Port::PLACEMENT_CHECK
                        : e.port->signature_placement;
  if (const auto head = BracketedAt(text, 0)) {
    CheckInText(e, *head);
    CheckOtherBrackets(e, head->end, text.size());
    if (placement == store::v1::Port::PLACEMENT_CARRIER && e.facts.signature) {
      // The carrier adds the same one: ours must not stand there twice.
      changes.signature = head->name;
      changes.signature_by_carrier = true;
      changes.head_dropped = head->end;
    }
    return;
  }
  if (placement == store::v1::Port::PLACEMENT_CHECK && !e.made) {
    const auto tail = e.snapshot.policy->tail_signature_allowed()
                          ? BracketedAtEnd(text)
                          : std::nullopt;
    if (tail) {
      CheckInText(e, *tail);
      changes.notice_at = tail->begin;
    } else if (needed) {
      ExplainMissing(e);
    }
    CheckOtherBrackets(e, 0, tail ? tail->begin : text.size());
    return;
  }
  if (needed || !e.message.signature_id.empty()) {
    const Signature* signature = SignatureToAdd(e);
    if (signature != nullptr) changes.signature = signature->name;
    changes.signature_by_carrier =
        placement == store::v1::Port::PLACEMENT_CARRIER;
  }
  CheckOtherBrackets(e, 0, text.size());
}

}  // namespace sluice::filter
