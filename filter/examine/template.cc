// The template: the one that the message names, or the one its text was made
// from; what duty there is to use one; and the class, which the template
// decides first. Words in the fixed text of a template were looked at when it
// was released.

#include <algorithm>
#include <optional>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/types/span.h"
#include "filter/examine/examination.h"
#include "filter/policy/hash.h"
#include "filter/policy/reason.h"
#include "filter/registry/template_review.h"

namespace sluice::filter {
namespace {

constexpr absl::string_view kOpen = "【";
constexpr absl::string_view kClose = "】";

// The part of the folded text that a template covers, and the signature.
struct Body {
  size_t begin = 0;
  size_t end = 0;
  const Signature* signature = nullptr;  // Null: it is not known.
};

// The signature of a message that has none in its text.
const Signature* SignatureBeside(const Examination& e) {
  const Registry& registry = *e.snapshot.registry;
  const absl::string_view id = e.message.signature_id;
  if (id.empty()) {
    return registry.Find(SignatureId{e.content_provider->only_signature});
  }
  const Signature* named = registry.SignatureById(id);
  const bool owned =
      named != nullptr && named->content_provider == e.content_provider;
  return owned ? named : nullptr;
}

// Signatures stand at the head, or at the end where the pack allows it.
Body BodyOf(const Examination& e) {
  const absl::string_view folded = e.folded.bytes;
  const absl::string_view text = e.message.text;
  const auto by_name = [&](size_t open, size_t close) {
    const size_t begin = open + kOpen.size();
    return e.snapshot.registry->SignatureByName(
        e.content_provider->number, text.substr(begin, close - begin));
  };
  const size_t close = text.find(kClose);
  const size_t folded_close = folded.find(kClose);
  if (absl::StartsWith(text, kOpen) && absl::StartsWith(folded, kOpen) &&
      close != absl::string_view::npos &&
      folded_close != absl::string_view::npos) {
    return {folded_close + kClose.size(), folded.size(), by_name(0, close)};
  }
  const size_t open = text.rfind(kOpen);
  const size_t folded_open = folded.rfind(kOpen);
  if (e.snapshot.policy->tail_signature_allowed() &&
      absl::EndsWith(text, kClose) && open != absl::string_view::npos &&
      folded_open != absl::string_view::npos) {
    return {0, folded_open, by_name(open, text.size() - kClose.size())};
  }
  return {0, folded.size(), SignatureBeside(e)};
}

using Search = bool (TemplateSet::*)(const TemplateQuery&, TemplateScratch&,
                                     TemplateMatch&) const;

// Looks in one shelf. The opt-out wording at the end is not a template's part,
// unless it was registered with it.
bool Find(Search search, const Examination& e, const TemplateShelf& shelf,
          const Body& body, uint32_t which, ExamineState& scratch) {
  const auto find = [&](size_t end) {
    const TemplateQuery query = {e.folded, e.message.text, body.begin, end,
                                 which};
    if (!(shelf.set().*search)(query, scratch.templates,
                               scratch.template_match)) {
      return false;
    }
    scratch.template_body = SpanOf(e.folded, body.begin, end);
    return true;
  };
  const size_t notice =
      NoticeBegin(e.snapshot.policy->wordings(),
                  absl::string_view(e.folded.bytes).substr(0, body.end));
  if (notice < body.end && notice > body.begin && find(notice)) return true;
  return body.begin < body.end && find(body.end);
}

bool MatchIn(const Examination& e, const TemplateShelf& shelf, const Body& body,
             uint32_t which, ExamineState& scratch) {
  return Find(&TemplateSet::Match, e, shelf, body, which, scratch);
}

// The same for a text that was made from none; see TemplateSet::Explain.
bool ExplainIn(const Examination& e, const TemplateShelf& shelf,
               const Body& body, uint32_t which, ExamineState& scratch) {
  return Find(&TemplateSet::Explain, e, shelf, body, which, scratch);
}

const TemplateShelf& ShelfOf(const Examination& e, const Template& one) {
  return *e.snapshot.registry->TemplatesOf(
      one.content_provider->number,
      one.signature == nullptr ? SignatureId{} : one.signature->number);
}

// Adds the faults of the variables as findings of `code`.
void AddFaults(Examination& e, ReasonCode code, const Template& one,
               const TemplateMatch& match) {
  for (size_t i = 0; i < match.values.size(); ++i) {
    const TemplateMatch::Value& value = match.values[i];
    if (value.fault == VariableFault::kNone) continue;
    e.findings.AddAt(code, value.span, one.released->faults.Of(i, value.fault));
  }
}

// The text is made from it: it decides the class.
void TakeTemplate(Examination& e, const Template& one) {
  e.made_from = &one;
  e.facts.template_hash = TemplateHash(one.id);
  const MessageClass declared = e.facts.message_class;
  e.facts.message_class = one.message_class;
  e.findings.set_message_class(one.message_class);
  if (declared != MessageClass::kUnspecified && declared != one.message_class) {
    e.findings.Add(ReasonCode::kClassMisdeclared, "message_class",
                   "differs_from_template");
  }
}

// The template that the message names; null, with a finding, when there is none
// it may use.
const Template* NamedTemplate(Examination& e) {
  const Template* named =
      e.snapshot.registry->TemplateById(e.message.template_id);
  if (named == nullptr || named->closed ||
      named->content_provider != e.content_provider) {
    e.findings.Add(ReasonCode::kTemplateUnknown, "template_id");
    return nullptr;
  }
  if (!named->active) {
    e.findings.Add(ReasonCode::kTemplateUnknown, "template_id",
                   "template_suspended");
  }
  return named;
}

// A text under another signature than the template's was not made from it.
bool HasItsSignature(Examination& e, const Template& named,
                     const Signature* signature) {
  if (named.signature == nullptr || signature == named.signature) return true;
  // The signature is not known yet: it may be added to the text.
  if (signature == nullptr && e.message.signature_id.empty()) return true;
  e.findings.Add(ReasonCode::kTemplateMismatch,
                 e.message.signature_id.empty() ? "text" : "signature_id",
                 "template_signature");
  return false;
}

void MakeText(Examination& e, const Template& named, ExamineState& scratch) {
  const TemplateText& text = named.released->text;
  const TemplateText::Fault fault =
      text.Render(e.message.variables, scratch.folded, e.facts.made_text);
  if (fault.ok()) {
    e.made = true;
    e.message.text = e.facts.made_text;
    e.readable = FoldText(e.message.text, scratch.folded);
    // Where its values stand. Should it be read in too many ways, nothing of
    // it counts as fixed text.
    const Body body = {0, e.folded.bytes.size(), nullptr};
    if (e.readable) {
      MatchIn(e, ShelfOf(e, named), body, named.shelf_index, scratch);
    }
    TakeTemplate(e, named);
    return;
  }
  e.facts.made_text.clear();
  FoldText({}, scratch.folded);
  if (fault.variable == nullptr) {
    e.findings.Add(ReasonCode::kTemplateMismatch, "variables",
                   "unknown_variable");
    return;
  }
  const auto index =
      static_cast<size_t>(fault.variable - text.variables().data());
  e.findings.Add(ReasonCode::kTemplateMismatch, "variables",
                 named.released->faults.Of(index, fault.fault));
}

absl::string_view TextIn(absl::string_view text, const TextSpan& span) {
  size_t begin = 0;
  size_t end = text.size();
  uint32_t characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((text[i] & 0xc0) == 0x80) continue;
    if (characters == span.begin) begin = i;
    if (characters == span.end) end = i;
    ++characters;
  }
  return text.substr(begin, end - begin);
}

// Values that come beside a text are those that stand in it.
void CheckValues(Examination& e, const Template& named,
                 const TemplateMatch& match) {
  const auto variables = named.released->text.variables();
  const rules::FoldTable& fold = rules::FoldTable::Shared();
  for (const VariableValue& given : e.message.variables) {
    const auto known = std::find_if(
        variables.begin(), variables.end(),
        [&](const Variable& variable) { return variable.name == given.name; });
    if (known == variables.end()) {
      e.findings.Add(ReasonCode::kTemplateMismatch, "variables",
                     "unknown_variable");
      return;
    }
    const TextSpan span =
        match.values[static_cast<size_t>(known - variables.begin())].span;
    std::string in_text;
    std::string value;
    const bool same = fold.Fold(TextIn(e.message.text, span), in_text) &&
                      fold.Fold(given.value, value) && in_text == value;
    if (same) continue;
    e.findings.AddAt(ReasonCode::kTemplateMismatch, span, "value_differs");
    return;
  }
}

void HoldAgainst(Examination& e, const Template& named, ExamineState& scratch) {
  const Body body = BodyOf(e);
  if (!HasItsSignature(e, named, body.signature)) return;
  const TemplateShelf& shelf = ShelfOf(e, named);
  if (MatchIn(e, shelf, body, named.shelf_index, scratch)) {
    TakeTemplate(e, named);
    CheckValues(e, named, scratch.template_match);
  } else if (ExplainIn(e, shelf, body, named.shelf_index, scratch)) {
    AddFaults(e, ReasonCode::kTemplateMismatch, named, scratch.template_match);
  } else {
    e.findings.Add(
        ReasonCode::kTemplateMismatch, "text",
        scratch.template_match.gave_up ? "too_many_ways" : "fixed_text");
  }
}

void UseNamed(Examination& e, ExamineState& scratch) {
  const Template* named = NamedTemplate(e);
  if (named == nullptr) return;
  if (!e.message.text.empty()) {
    HoldAgainst(e, *named, scratch);
  } else if (e.message.signature_id.empty() ||
             HasItsSignature(e, *named, SignatureBeside(e))) {
    MakeText(e, *named, scratch);
  }
  // It was not made from it; its class is the next best guess.
  if (e.made_from == nullptr &&
      e.facts.message_class == MessageClass::kUnspecified) {
    e.facts.message_class = named->message_class;
    e.findings.set_message_class(named->message_class);
  }
}

// Whether the message is rejected for its template already.
bool IsRejected(const Examination& e) {
  return std::any_of(e.facts.findings.begin(), e.facts.findings.end(),
                     [](const Finding& finding) {
                       return !finding.observed &&
                              (finding.code == ReasonCode::kTemplateUnknown ||
                               finding.code == ReasonCode::kTemplateMismatch);
                     });
}

bool NeedsTemplate(const Examination& e) {
  return e.content_provider->NeedsTemplate(e.facts.message_class,
                                           e.facts.carrier);
}

// The template among all of the content provider's that says the most; those
// for just this signature before those for any.
const Template* FindMatching(const Examination& e, const Body& body,
                             ExamineState& scratch) {
  const Registry& registry = *e.snapshot.registry;
  TextSpan best_body;
  const Template* found = nullptr;
  const auto look = [&](SignatureId signature) {
    const TemplateShelf* shelf =
        registry.TemplatesOf(e.content_provider->number, signature);
    if (shelf == nullptr || !MatchIn(e, *shelf, body, kAnyTemplate, scratch)) {
      return;
    }
    const Template* one = shelf->templates[scratch.template_match.index];
    if (found == nullptr || one->released->text.fixed_characters() >
                                found->released->text.fixed_characters()) {
      found = one;
      std::swap(scratch.best_match, scratch.template_match);
      best_body = scratch.template_body;
    }
  };
  if (body.signature != nullptr) look(body.signature->number);
  look(SignatureId{});
  std::swap(scratch.best_match, scratch.template_match);
  scratch.template_body = best_body;
  return found;
}

// A message that must be made from a template and is not: says what stands in
// the way where its fixed text is that of one.
void AddMissing(Examination& e, const Body& body, ExamineState& scratch) {
  const auto explained = [&](SignatureId signature) {
    const TemplateShelf* shelf =
        e.snapshot.registry->TemplatesOf(e.content_provider->number, signature);
    if (shelf == nullptr ||
        !ExplainIn(e, *shelf, body, kAnyTemplate, scratch)) {
      return false;
    }
    AddFaults(e, ReasonCode::kTemplateUnknown,
              *shelf->templates[scratch.template_match.index],
              scratch.template_match);
    return true;
  };
  if (body.signature != nullptr && explained(body.signature->number)) return;
  if (explained(SignatureId{})) return;
  e.findings.Add(ReasonCode::kTemplateUnknown, "text", "none_matches");
}

void LookForOne(Examination& e, ExamineState& scratch) {
  if (!e.message.variables.empty()) {
    e.findings.Add(ReasonCode::kFieldInvalid, "variables", "needs_template");
  }
  const bool needed = NeedsTemplate(e);
  if (!e.readable || (!needed && !e.content_provider->has_templates)) return;
  const Body body = BodyOf(e);
  const Template* found = FindMatching(e, body, scratch);
  if (found != nullptr && found->active) {
    TakeTemplate(e, *found);
  } else if (found != nullptr) {
    e.findings.Add(ReasonCode::kTemplateUnknown, "text", "template_suspended");
  } else if (needed) {
    AddMissing(e, body, scratch);
  }
}

// A yes never covers it: a rule's own content, or the sum that a tag is part
// of.
bool IsProhibited(const ContentPolicy& content, const rules::Hit& hit,
                  absl::Span<const rules::Hit> hits) {
  const CompiledRule& rule = content.rules()[hit.rule];
  if (rule.score == 0) return rule.unliftable;
  const uint32_t sum = SumOfTags(content, hits, rule.category);
  return absl::c_any_of(content.thresholds(), [&](const auto& threshold) {
    return threshold.category == rule.category && !threshold.mode.off() &&
           threshold.unliftable && sum >= threshold.score;
  });
}

}  // namespace

void FindTemplate(Examination& e, ExamineState& scratch) {
  scratch.template_match.Clear();
  scratch.template_body = {};
  if (e.content_provider == nullptr) {
    // It would have shown who sends: that it is missing is the cause.
    if (!e.message.template_id.empty() && e.account != nullptr &&
        e.snapshot.registry->TemplateById(e.message.template_id) == nullptr) {
      e.findings.Add(ReasonCode::kTemplateUnknown, "template_id");
    }
    return;
  }
  if (e.message.variables.size() > TemplateText::kVariablesMax) {
    e.findings.Add(ReasonCode::kFieldInvalid, "variables", "out_of_range");
    return;
  }
  if (e.message.template_id.empty()) {
    LookForOne(e, scratch);
  } else if (e.readable) {
    UseNamed(e, scratch);
    // Where a mismatch is only observed, the duty stands all the same.
    if (e.made_from == nullptr && NeedsTemplate(e) && !IsRejected(e)) {
      e.findings.Add(ReasonCode::kTemplateUnknown, "text", "none_matches");
    }
  }
}

bool IsInFixedText(const ExamineState& scratch, TextSpan span) {
  const auto& values = scratch.template_match.values;
  const TextSpan body = scratch.template_body;
  return span.begin >= body.begin && span.end <= body.end &&
         std::none_of(values.begin(), values.end(), [&](const auto& value) {
           return span.begin < value.span.end && value.span.begin < span.end;
         });
}

void DropReleasedHits(const Examination& e, ExamineState& scratch) {
  if (e.made_from == nullptr || e.made_from->party->accepted_hits().empty()) {
    return;
  }
  const ContentPolicy& content = e.snapshot.policy->content();
  std::string kept;
  const auto is_accepted = [&](const rules::Hit& hit) {
    return e.made_from->Accepts(
        content.rules()[hit.rule].id,
        WordOf(*e.snapshot.rules, hit, e.message.text, kept));
  };
  // Looked at together first: tags are prohibited by what they add up to.
  scratch.dropped.clear();
  for (const rules::Hit& hit : scratch.hits) {
    scratch.dropped.push_back(IsInFixedText(scratch, {hit.begin, hit.end}) &&
                              is_accepted(hit) &&
                              !IsProhibited(content, hit, scratch.hits));
  }
  size_t left = 0;
  for (size_t i = 0; i < scratch.hits.size(); ++i) {
    if (scratch.dropped[i] == 0) scratch.hits[left++] = scratch.hits[i];
  }
  scratch.hits.resize(left);
}

}  // namespace sluice::filter
