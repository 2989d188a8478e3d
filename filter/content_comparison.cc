#include "filter/content_comparison.h"

#include <unicode/uchar.h>

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "filter/policy/decision.h"
#include "rules/base/characters.h"
#include "rules/fold/fold.h"
#include "rules/fold/han_tables.h"

namespace sluice::filter {
namespace {

constexpr size_t kMaskedDigitsMin = 4;

// "commercial".
std::string NameOf(MessageClass c) {
  const std::string name =
      v1::MessageClass_Name(static_cast<v1::MessageClass>(c));
  return absl::AsciiStrToLower(
      name.substr(std::string("MESSAGE_CLASS_").size()));
}

// The one of two that a message with the reasons of both gets.
v1::Decision Stricter(v1::Decision a, v1::Decision b) {
  for (const v1::Decision one :
       {v1::DECISION_REJECTED, v1::DECISION_HELD, v1::DECISION_DEFERRED}) {
    if (a == one || b == one) return one;
  }
  return v1::DECISION_ACCEPTED;
}

bool Has(absl::Span<const Finding> findings, absl::string_view rule) {
  return absl::c_any_of(
      findings, [rule](const Finding& one) { return one.rule == rule; });
}

}  // namespace

ContentComparison::ContentComparison(Side before, Side after, size_t samples)
    : before_(std::move(before)),
      after_(std::move(after)),
      samples_max_(samples) {}

void ContentComparison::Difference::Count(bool was, bool is) {
  before += was;
  after += is;
  new_hits += is && !was;
  lost_hits += was && !is;
}

bool ContentComparison::Add(absl::string_view text, MessageClass message_class,
                            const ContentSender& sender, int64_t now_ms,
                            v1::Decision otherwise) {
  if (!rules::FoldTable::Shared().Fold(text, folded_)) return false;
  Judge(before_, text, message_class, sender, now_ms, was_);
  Judge(after_, text, message_class, sender, now_ms, is_);
  Count(text, message_class, sender.content_provider, was_.findings,
        is_.findings, otherwise);
  return true;
}

void ContentComparison::Count(absl::string_view text,
                              MessageClass message_class,
                              absl::string_view content_provider,
                              absl::Span<const Finding> before,
                              absl::Span<const Finding> after,
                              v1::Decision otherwise) {
  const v1::Decision decided_before = DecisionOf(before);
  const v1::Decision decided_after = DecisionOf(after);
  ++messages_;
  ++moves_[{Stricter(decided_before, otherwise),
            Stricter(decided_after, otherwise)}];
  const bool was = decided_before != v1::DECISION_ACCEPTED;
  const bool is = decided_after != v1::DECISION_ACCEPTED;
  if (!content_provider.empty()) {
    content_providers_[std::string(content_provider)].Count(was, is);
  }
  classes_[NameOf(message_class)].Count(was, is);
  for (const Finding& finding : before) {
    CountRule(finding, text, true, Has(after, finding.rule));
  }
  for (const Finding& finding : after) {
    if (!Has(before, finding.rule)) CountRule(finding, text, false, true);
  }
}

void ContentComparison::Judge(const Side& side, absl::string_view text,
                              MessageClass message_class,
                              const ContentSender& sender, int64_t now_ms,
                              Judged& judged) {
  hits_.clear();
  judged.findings.clear();
  side.rules->Match(
      folded_,
      {static_cast<v1::MessageClass>(message_class), folded_.code_points, text},
      judged.scratch, hits_);
  side.policy->content().Judge(hits_, message_class, sender, now_ms,
                               judged.findings);
  judged.findings.erase(
      std::remove_if(judged.findings.begin(), judged.findings.end(),
                     [](const Finding& one) { return one.observed; }),
      judged.findings.end());
}

void ContentComparison::CountRule(const Finding& finding,
                                  absl::string_view text, bool was, bool is) {
  rules_[std::string(finding.rule)].Count(was, is);
  if (was == is || samples_max_ == 0) return;
  Samples& taken = sampled_[std::string(finding.rule)];
  if ((is ? taken.gained : taken.lost)++ >= samples_max_) return;
  admin::v1::PreviewSample& sample = samples_.emplace_back();
  sample.set_rule(std::string(finding.rule));
  sample.set_new_hit(is);
  sample.set_text(MaskNumbers(text));
  for (const TextSpan& span : finding.spans) {
    v1::Span& to = *sample.add_spans();
    to.set_begin(span.begin);
    to.set_end(span.end);
  }
}

admin::v1::PreviewResult ContentComparison::Result() const {
  admin::v1::PreviewResult result;
  result.set_messages(messages_);
  for (const auto& [move, count] : moves_) {
    admin::v1::PreviewMove& to = *result.add_moves();
    to.set_before(move.first);
    to.set_after(move.second);
    to.set_messages(count);
  }
  Write(rules_, *result.mutable_rules());
  Write(content_providers_, *result.mutable_content_providers());
  Write(classes_, *result.mutable_classes());
  std::vector<admin::v1::PreviewSample> samples = samples_;
  absl::c_stable_sort(samples, [](const auto& a, const auto& b) {
    return a.rule() < b.rule();
  });
  for (admin::v1::PreviewSample& sample : samples) {
    *result.add_samples() = std::move(sample);
  }
  return result;
}

// Writes the rules that differ, the largest difference first.
void ContentComparison::Write(
    const Differences& differences,
    google::protobuf::RepeatedPtrField<admin::v1::PreviewDifference>& out) {
  for (const auto& [name, difference] : differences) {
    if (difference.new_hits == 0 && difference.lost_hits == 0) continue;
    admin::v1::PreviewDifference& to = *out.Add();
    to.set_name(name);
    to.set_before(difference.before);
    to.set_after(difference.after);
    to.set_new_hits(difference.new_hits);
    to.set_lost_hits(difference.lost_hits);
  }
  const auto size = [](const admin::v1::PreviewDifference& one) {
    return one.new_hits() + one.lost_hits();
  };
  std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) {
    return size(a) > size(b);
  });
}

std::string MaskNumbers(absl::string_view text) {
  std::u32string characters = rules::CodePoints(text);
  const auto is_digit = [](char32_t c) {
    return u_isdigit(static_cast<UChar32>(c)) != 0;
  };
  // Of a number also what parts it: 138-0013-8000.
  const auto parts = [](char32_t c) {
    return c == ' ' || c == '-' || c == '.';
  };
  for (size_t begin = 0; begin < characters.size();) {
    size_t end = begin;
    size_t digits = 0;
    while (end < characters.size() &&
           (is_digit(characters[end]) ||
            (end > begin && parts(characters[end])))) {
      digits += is_digit(characters[end++]);
    }
    for (size_t i = begin; digits >= kMaskedDigitsMin && i < end; ++i) {
      if (is_digit(characters[i])) characters[i] = '*';
    }
    begin = std::max(end, begin + 1);
  }
  std::string masked;
  for (const char32_t c : characters) AppendUtf8(c, masked);
  return masked;
}

}  // namespace sluice::filter
