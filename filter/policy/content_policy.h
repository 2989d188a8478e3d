#pragma once

// What hits of content rules mean: whom a rule is for, what its hit does to the
// message, and what tags add up to. Order 31, article 16, and the operator's
// own rules.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "filter/policy/ids.h"
#include "filter/policy/pack_values.h"
#include "filter/policy/reason.h"
#include "filter/policy/rule_counters.h"
#include "rules/rule_set.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::filter {

// The sender and recipient of a message as the scopes of rules name them: ids
// of the registry. Empty: not known, which is in no scope that names ids.
struct ContentSender {
  absl::string_view content_provider;
  absl::string_view account;
  absl::string_view port;
  absl::string_view signature;  // Its name.
  Carrier carrier = Carrier::kUnknown;
  uint64_t recipient = 0;         // E.164.
  absl::string_view template_id;  // As the message names it.
};

class Exemptions;

// A content rule. By index of the rule in the rule set.
struct CompiledRule {
  std::string id;
  ReasonCode code = ReasonCode::kContentProhibited;
  v1::Basis basis = v1::BASIS_POLICY;
  Mode mode;
  uint32_t sample_percent = 0;  // With mode sample.
  ClassMask classes = 0;
  bool hold = false;
  uint32_t score = 0;     // Not 0: a tag, which decides nothing by itself.
  uint32_t category = 0;  // Of a tag: number of its category.
  bool scoped = false;    // It has a scope or an exception.
  rules::v1::Scope scope;
  rules::v1::Scope except;
};

// A sum of scores at which a category's tags reject or hold a message.
struct CompiledThreshold {
  std::string id;
  uint32_t category = 0;
  uint32_t score = 0;
  ReasonCode code = ReasonCode::kContentUnwanted;
  v1::Basis basis = v1::BASIS_POLICY;
  Mode mode;
  bool hold = false;
};

// Immutable; any thread.
class ContentPolicy {
 public:
  // Errors: kInvalidArgument, naming rule and field.
  static absl::StatusOr<ContentPolicy> Build(
      absl::Span<const rules::v1::ContentRule> rules,
      absl::Span<const rules::v1::Threshold> thresholds,
      const absl::TimeZone& zone);

  // Appends what `hits`, all those of one text, mean: one finding a rule, with
  // its places, and one for a threshold that the tags of its category reach,
  // with theirs. Tags that are observed only make observed findings. A hit that
  // `exemptions` exempts is only observed; a rule against prohibited content
  // that was rolled back holds the message. Null: no exemptions. Appends to
  // `judged`, unless it is null, every hit of a rule that is for the message,
  // and the thresholds that are reached.
  void Judge(absl::Span<const rules::Hit> hits, MessageClass message_class,
             const ContentSender& sender, int64_t now_ms,
             std::vector<Finding>& findings,
             const Exemptions* exemptions = nullptr,
             std::vector<JudgedHit>* judged = nullptr) const;

  // Whether rule number `rule` is for such a message.
  bool Applies(size_t rule, MessageClass message_class,
               const ContentSender& sender) const;

  absl::Span<const CompiledRule> rules() const { return rules_; }
  // By category, then the highest score first.
  absl::Span<const CompiledThreshold> thresholds() const { return thresholds_; }

 private:
  // A tag that was found.
  struct Tag {
    uint32_t rule = 0;
    bool observed = false;
  };
  // Tags hit in nearly every text: many at once are ordinary.
  using Tags = absl::InlinedVector<Tag, 32>;
  // What a hit does to the message.
  struct Effect {
    bool observed = false;
    bool hold = false;
    bool exempted = false;  // Observed by exemptions, not by its mode.
  };
  // What is asked of one text.
  struct Judging {
    absl::Span<const rules::Hit> hits;
    const ContentSender& sender;
    int64_t now_ms = 0;
    const Exemptions* exemptions = nullptr;
    std::vector<JudgedHit>* judged = nullptr;
  };

  static Effect WithExemptions(const Judging& judging, uint32_t rule,
                               uint32_t pattern, ReasonCode code,
                               Effect effect);
  void Add(const rules::Hit& hit, Effect effect, size_t first,
           std::vector<Finding>& findings) const;
  void AddSums(const Judging& judging, const Tags& tags,
               std::vector<Finding>& findings) const;

  std::vector<CompiledRule> rules_;
  std::vector<CompiledThreshold> thresholds_;
};

}  // namespace sluice::filter
