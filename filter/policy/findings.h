#pragma once

// Where checks write what they find: applies the pack's mode and basis, so that
// a check only says what is wrong and where.

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "absl/strings/string_view.h"
#include "filter/policy/ids.h"
#include "filter/policy/policy.h"
#include "filter/policy/reason.h"

namespace sluice::filter {

// One object for each message; borrows all its arguments.
class Findings {
 public:
  Findings(const Policy& policy, MessageClass c, int64_t now_ms,
           std::vector<Finding>& out)
      : policy_(policy), class_(c), now_ms_(now_ms), out_(out) {}

  int64_t now_ms() const { return now_ms_; }
  // Sets the class whose modes hold for the checks that follow.
  void set_message_class(MessageClass c) { class_ = c; }

  // `field` is the field of OutgoingMessage it is about and `rule` tells cases
  // of one code apart; both static, or alive as long as the snapshot. Returns
  // the finding, valid until the next Add, or null when the check is off.
  Finding* Add(ReasonCode code, absl::string_view field = {},
               absl::string_view rule = {}) {
    const Mode mode = policy_.ModeOf(code, class_);
    if (mode.off()) return nullptr;
    Finding& finding = out_.emplace_back();
    finding.code = code;
    finding.basis = policy_.BasisOf(code);
    finding.observed = mode.observed(now_ms_);
    finding.rule = rule;
    finding.field = field;
    return &finding;
  }

  // The same at a place in the text.
  Finding* AddAt(ReasonCode code, TextSpan span, absl::string_view rule = {}) {
    Finding* finding = Add(code, "text", rule);
    if (finding != nullptr) finding->spans.push_back(span);
    return finding;
  }

 private:
  const Policy& policy_;
  MessageClass class_;
  const int64_t now_ms_;
  std::vector<Finding>& out_;
};

}  // namespace sluice::filter
