#pragma once

// What two versions of the content rules say to the same texts: what a change
// would do, before it does it.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "filter/policy/content_policy.h"
#include "filter/policy/policy.h"
#include "rules/rule_set.h"
#include "sluice/admin/v1/rules.pb.h"

namespace sluice::filter {

// One thread. Looks at words only: who sends, to whom and when does not matter,
// but for the scopes of rules. What other checks said to a message is given.
class ContentComparison {
 public:
  // One side: a rule set and the policy made of it.
  struct Side {
    std::shared_ptr<const rules::RuleSet> rules;
    std::shared_ptr<const Policy> policy;
  };

  // At most `samples` masked texts of each rule that newly hits, and as many of
  // each that no longer does.
  ContentComparison(Side before, Side after, size_t samples);

  // Judges one text. `otherwise` is what all that is no content rule comes to,
  // under both versions: hits are counted all the same, but what is REJECTED
  // for another reason is decided so before and after. Returns false, and
  // counts nothing, when it is not UTF-8.
  bool Add(absl::string_view text, MessageClass message_class,
           const ContentSender& sender, int64_t now_ms,
           v1::Decision otherwise = v1::DECISION_ACCEPTED);

  admin::v1::PreviewResult Result() const;

 private:
  struct Judged {
    // One for each side: it is made ready for a rule set, which costs more than
    // a text.
    rules::RuleScratch scratch;
    v1::Decision decision = v1::DECISION_ACCEPTED;
    std::vector<Finding> findings;
    const Finding* Of(absl::string_view rule) const;
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
// part them.
std::string MaskNumbers(absl::string_view text);

}  // namespace sluice::filter
