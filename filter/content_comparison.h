#pragma once

// Compares the decisions of two versions of the content rules about the same
// texts: the effect of a change before it is published.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "filter/policy/content_policy.h"
#include "filter/policy/policy.h"
#include "rules/rule_set.h"
#include "sluice/admin/v1/rules.pb.h"

namespace sluice::filter {

// One thread. The caller brings the result of all other checks.
class ContentComparison {
 public:
  // One side: a rule set and the policy made of it.
  struct Side {
    std::shared_ptr<const rules::RuleSet> rules;
    std::shared_ptr<const Policy> policy;
  };

  // Keeps at most `samples` masked texts of each rule that newly hits, and as
  // many of each rule that no longer hits.
  ContentComparison(Side before, Side after, size_t samples);

  // Judges one text by the content rules alone, which know its sender by ids
  // but not who speaks, and counts it. Returns false, and counts nothing, when
  // it is not UTF-8. `otherwise` as below.
  bool Add(absl::string_view text, MessageClass message_class,
           const ContentSender& sender, int64_t now_ms,
           v1::Decision otherwise = v1::DECISION_ACCEPTED);

  // Counts one message that the caller has examined under both versions:
  // `before` and `after` are the enforced findings of its content.
  // `otherwise` is the decision of all other checks, the same under both
  // versions: a message that it REJECTS stays REJECTED, and its hits are
  // counted nevertheless.
  void Count(absl::string_view text, MessageClass message_class,
             absl::string_view content_provider,
             absl::Span<const Finding> before, absl::Span<const Finding> after,
             v1::Decision otherwise);

  admin::v1::PreviewResult Result() const;

 private:
  struct Judged {
    // One for each side: to prepare it for a rule set costs more than to match
    // a text.
    rules::RuleScratch scratch;
    std::vector<Finding> findings;
  };
  struct Difference {
    uint64_t before = 0;
    uint64_t after = 0;
    uint64_t new_hits = 0;
    uint64_t lost_hits = 0;
    void Count(bool was, bool is);
  };
  struct Samples {
    size_t gained = 0;
    size_t lost = 0;
  };
  using Differences = std::map<std::string, Difference, std::less<>>;

  void Judge(const Side& side, absl::string_view text,
             MessageClass message_class, const ContentSender& sender,
             int64_t now_ms, Judged& judged);
  void CountRule(const Finding& finding, absl::string_view text, bool was,
                 bool is);
  static void Write(
      const Differences& differences,
      google::protobuf::RepeatedPtrField<admin::v1::PreviewDifference>& out);

  const Side before_;
  const Side after_;
  const size_t samples_max_;
  rules::FoldedText folded_;
  std::vector<rules::Hit> hits_;
  Judged was_;
  Judged is_;

  uint64_t messages_ = 0;
  std::map<std::pair<v1::Decision, v1::Decision>, uint64_t> moves_;
  Differences rules_;
  Differences content_providers_;
  Differences classes_;
  std::map<std::string, Samples, std::less<>> sampled_;
  std::vector<admin::v1::PreviewSample> samples_;
};

// `text`, which is UTF-8, with the digits of numbers of four digits and more
// replaced by '*', character by character, also where blanks, dashes or dots
// separate the digits.
std::string MaskNumbers(absl::string_view text);

}  // namespace sluice::filter
