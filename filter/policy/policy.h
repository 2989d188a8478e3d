#pragma once

// The part of a rule pack that is not words, compiled: how far each check goes,
// limits, send hours, wordings. Examine and Admit read it where the pack's own
// form would need parsing.

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "filter/policy/content_policy.h"
#include "filter/policy/ids.h"
#include "filter/policy/local_time.h"
#include "filter/policy/pack_values.h"
#include "filter/policy/reason.h"
#include "filter/policy/wordings.h"
#include "rules/rule_set.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::filter {

// What a limit's key consists of, beside the recipient.
enum LimitKey : uint16_t {
  kByAccount = 1,
  kByContentProvider = 2,
  kByPort = 4,
  kBySignature = 8,
  kByTemplate = 16,
  kByContent = 32,
  kByCampaign = 64,
  kByClass = 128,
};

// At most `max` sends with the same key in a window (design.md, section 8).
struct Limit {
  std::string id;
  ClassMask classes = 0;  // Sends of these classes count, together.
  uint16_t by = 0;        // Bits of LimitKey.
  uint32_t max = 0;
  // Rolling: any stretch of this length. 0: the calendar unit.
  int64_t window_ms = 0;
  CalendarUnit calendar = CalendarUnit::kDay;
  v1::Basis basis = v1::BASIS_POLICY;
  Mode mode;
  ReasonCode code = ReasonCode::kFrequencyLimit;
  // Sends that finally failed (kSendFailed) do not count.
  bool refund_undelivered = false;
};

// Milliseconds of the recipient's local day in which messages may go: [open,
// close). open > close crosses midnight; open == close means never.
struct DayWindow {
  int64_t open_ms = 0;
  int64_t close_ms = 0;
  v1::Basis basis = v1::BASIS_CARRIER;
};

struct CompiledClass {
  int64_t validity_ms = 0;  // 0: to the end of the send hours it is due in.
  bool needs_consent = false;
  bool needs_opt_out_wording = false;
  bool stopped_by_opt_out = false;
  bool needs_signature = false;
  // It may go in any of these windows; empty: always.
  std::vector<DayWindow> hours;
  // Indices into Policy::limits() of those that this class is about.
  std::vector<uint16_t> limits;
};

// LinkPolicy.
struct Links {
  bool checked = false;    // The pack has one.
  uint32_t links_max = 0;  // 0: no limit.
  uint32_t contacts_max = 0;
  std::vector<std::string> shorteners;  // Domain lists of the rule set.
};

// Free text that goes to more than so many numbers in the window is a campaign
// that a person reviews first.
struct CampaignRule {
  // By class; 0: messages of the class do not count.
  std::array<uint32_t, kMessageClasses> recipients_max = {};
  int64_t window_ms = 0;

  uint32_t MaxOf(MessageClass message_class) const {
    return recipients_max[static_cast<size_t>(message_class)];
  }
  // Of all classes; 0: nothing is counted.
  uint32_t Highest() const {
    return *std::max_element(recipients_max.begin(), recipients_max.end());
  }
};

// Immutable; any thread.
class Policy {
 public:
  // Errors: kInvalidArgument, naming the field: an unknown code, unit or zone,
  // a window over 31 days, a LAW check turned off, a check observed that must
  // not be (design.md, section 9).
  static absl::StatusOr<std::shared_ptr<const Policy>> Build(
      const rules::v1::PackPolicy& policy,
      const rules::v1::PackArticles& articles,
      const rules::v1::PackHeader& header,
      absl::Span<const rules::v1::ContentRule> rules,
      absl::Span<const rules::v1::Threshold> thresholds = {},
      absl::Span<const rules::v1::ImpersonationCategory> impersonations = {});
  static absl::StatusOr<std::shared_ptr<const Policy>> Build(
      const rules::RuleSet& rule_set);

  const CompiledClass& of(MessageClass c) const {
    return classes_[static_cast<size_t>(c)];
  }
  Mode ModeOf(ReasonCode code, MessageClass c) const {
    return modes_[static_cast<size_t>(code)][static_cast<size_t>(c)];
  }
  v1::Basis BasisOf(ReasonCode code) const {
    return bases_[static_cast<size_t>(code)];
  }
  absl::Span<const Limit> limits() const { return limits_; }
  const ContentPolicy& content() const { return content_; }
  const Wordings& wordings() const { return wordings_; }
  const Links& links() const { return links_; }
  // Characters of a signature's name.
  uint32_t signature_length_min() const { return signature_length_min_; }
  uint32_t signature_length_max() const { return signature_length_max_; }
  bool tail_signature_allowed() const { return tail_signature_allowed_; }
  bool digits_signature_allowed() const { return digits_signature_allowed_; }
  absl::Span<const uint32_t> calling_codes() const { return calling_codes_; }

  const CampaignRule& campaigns() const { return campaigns_; }

  int64_t defer_max_ms() const { return defer_max_ms_; }
  int64_t defer_spread_ms() const { return defer_spread_ms_; }
  int64_t key_window_ms() const { return key_window_ms_; }
  // How long a held message waits for a person; 0: until it expires.
  int64_t hold_ms() const { return hold_ms_; }

  // The pack's zone, in which calendar windows are counted.
  const LocalTime& local_time() const { return local_time_; }
  // The recipient's: Asia/Shanghai for the mainland, else the pack's.
  const LocalTime& LocalTimeOf(uint64_t e164) const;

 private:
  friend class PolicyBuilder;
  Policy(LocalTime pack, LocalTime mainland)
      : local_time_(std::move(pack)), mainland_time_(std::move(mainland)) {}

  LocalTime local_time_;
  LocalTime mainland_time_;
  std::array<CompiledClass, kMessageClasses> classes_;
  std::array<std::array<Mode, kMessageClasses>, kReasonCodes> modes_;
  std::array<v1::Basis, kReasonCodes> bases_;
  std::vector<Limit> limits_;
  ContentPolicy content_;
  Wordings wordings_;
  Links links_;
  uint32_t signature_length_min_ = 2;
  uint32_t signature_length_max_ = 20;
  bool tail_signature_allowed_ = false;
  bool digits_signature_allowed_ = false;
  std::vector<uint32_t> calling_codes_;
  CampaignRule campaigns_;
  int64_t defer_max_ms_ = 0;
  int64_t defer_spread_ms_ = 0;
  int64_t key_window_ms_ = 0;
  int64_t hold_ms_ = 0;
};

}  // namespace sluice::filter
