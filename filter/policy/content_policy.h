#pragma once

// What hits of content rules mean: whom a rule is for, what its hit does to the
// message, and what tags add up to. Order 31, article 16, and the operator's
// own rules.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
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

// Whether a sender is whom the texts of an impersonation category pretend to
// come from.
enum class Speaker : uint8_t {
  kStranger,  // Not, or nobody knows.
  kItself,    // By its signature; a link or contact in the text is not filed.
  kItselfFiled,
};

// Whom messages are from and to, for which a rule or threshold is.
struct Audience {
  bool limited = false;  // There is a scope or an exception.
  rules::v1::Scope scope;
  rules::v1::Scope except;

  bool Has(const ContentSender& sender) const;
  bool InScope(const ContentSender& sender) const;
  bool IsExcepted(const ContentSender& sender) const;
};

// Why a rule is not for a message, the first that holds.
enum class NotFor : uint8_t {
  kNone,    // It is for it, or is off.
  kClass,   // It is for other classes.
  kScope,   // Its scope does not have the sender, port or carrier.
  kExcept,  // Its exceptions have it.
};

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
  uint32_t category = 0;  // Number of its category.
  // Nothing lifts its hit: no exemption, and no release of a template.
  bool unliftable = false;
  Audience audience;
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
  bool unliftable = false;
  Audience audience;
};

// Immutable; any thread.
class ContentPolicy {
 public:
  // Errors: kInvalidArgument, naming rule and field.
  static absl::StatusOr<ContentPolicy> Build(
      absl::Span<const rules::v1::ContentRule> rules,
      absl::Span<const rules::v1::Threshold> thresholds,
      absl::Span<const rules::v1::ImpersonationCategory> impersonations,
      const absl::TimeZone& zone);

  // Appends what `hits`, all those of one text, mean: one finding a rule, with
  // its places, and one for a threshold that the tags of its category reach,
  // with theirs. Tags that are observed only make observed findings. A hit that
  // `exemptions` exempts is only observed; a rule against prohibited content
  // that was rolled back holds the message. Null: no exemptions. Appends to
  // `judged`, unless it is null, every hit of a rule that is for the message,
  // and the thresholds that are reached. `speaker` tells who speaks in a
  // category's text (its names are those that NamesSpeaker); it is asked only
  // when an impersonation category is about to stop the message.
  using SpeakerOf = absl::FunctionRef<Speaker(uint32_t category)>;
  void Judge(absl::Span<const rules::Hit> hits, MessageClass message_class,
             const ContentSender& sender, int64_t now_ms,
             std::vector<Finding>& findings,
             const Exemptions* exemptions = nullptr,
             std::vector<JudgedHit>* judged = nullptr,
             SpeakerOf speaker = Stranger) const;

  // Whether a hit of rule number `rule` names who a text of the impersonation
  // category may pretend to come from.
  bool NamesSpeaker(uint32_t category, uint32_t rule) const;

  // Whether rule number `rule` is for such a message.
  bool Applies(size_t rule, MessageClass message_class,
               const ContentSender& sender) const;

  // Why it is not, for people.
  NotFor WhyNotFor(size_t rule, MessageClass message_class,
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
    SpeakerOf speaker;
  };
  // By whom each impersonation category is named: numbers of rules.
  struct Impersonation {
    uint32_t category = 0;
    std::vector<uint32_t> named_by;
  };

  static Speaker Stranger(uint32_t) { return Speaker::kStranger; }
  const Impersonation* FindImpersonation(uint32_t category) const;
  Effect Lifted(const Judging& judging, uint32_t category, Effect effect) const;
  static Effect WithExemptions(const Judging& judging, uint32_t rule,
                               uint32_t pattern, ReasonCode code,
                               Effect effect);
  void Add(const rules::Hit& hit, Effect effect, size_t first,
           std::vector<Finding>& findings) const;
  void AddSums(const Judging& judging, const Tags& tags,
               std::vector<Finding>& findings) const;

  std::vector<CompiledRule> rules_;
  std::vector<CompiledThreshold> thresholds_;
  std::vector<Impersonation> impersonations_;
};

}  // namespace sluice::filter
