// The text itself: its size, and the words and patterns of the rule set. Order
// 31, article 16.

#include <algorithm>

#include "filter/examination.h"

namespace sluice::filter {
namespace {

// Places that one finding lists; further ones say nothing new.
constexpr size_t kSpansMax = 16;

bool IsBlank(absl::string_view folded) {
  return folded.find_first_not_of(" \t\r\n") == absl::string_view::npos;
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
  // With a template the text may come from it.
  if (e.message.template_id.empty() && IsBlank(e.folded.bytes)) {
    e.findings.Add(ReasonCode::kTextEmpty, "text");
  }
}

void CheckContent(Examination& e, ExamineState& scratch) {
  scratch.hits.clear();
  e.snapshot.rules->Match(e.folded,
                          {static_cast<v1::MessageClass>(e.facts.message_class),
                           e.folded.code_points},
                          scratch.match, scratch.hits);
  if (scratch.hits.empty()) return;
  const Policy& policy = *e.snapshot.policy;
  const ClassMask mine = MaskOf(e.facts.message_class);
  std::vector<Finding>& found = e.facts.findings;
  const size_t before = found.size();
  for (const rules::Hit& hit : scratch.hits) {
    const CompiledRule& rule = policy.rule(hit.rule);
    if (rule.mode.off() || (rule.classes & mine) == 0) continue;
    // One finding a rule, with all its places.
    const auto same = std::find_if(
        found.begin() + static_cast<ptrdiff_t>(before), found.end(),
        [&](const Finding& f) { return f.rule.data() == rule.id.data(); });
    Finding& finding = same != found.end() ? *same : found.emplace_back();
    if (finding.spans.empty()) {
      finding.code = rule.code;
      finding.basis = rule.basis;
      finding.observed = rule.mode.observed(e.findings.now_ms());
      finding.hold = rule.hold;
      finding.rule = rule.id;
      finding.field = "text";
    }
    if (finding.spans.size() < kSpansMax) {
      finding.spans.push_back({hit.begin, hit.end});
    }
  }
}

}  // namespace sluice::filter
