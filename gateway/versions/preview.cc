#include "gateway/versions/preview.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/types/span.h"
#include "filter/content_comparison.h"
#include "filter/examine/examine.h"
#include "filter/examine/snapshot.h"
#include "filter/policy/exemptions.h"
#include "filter/policy/reason.h"
#include "gateway/control/template_release.h"
#include "gateway/redecide/current_decision.h"
#include "gateway/wire/time_range.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/store/v1/record.pb.h"

namespace sluice::gateway {
namespace {

constexpr uint32_t kSamplesMax = 20;
constexpr int kTemplatesMax = 1'000;
// Records between two calls of `progress`.
constexpr uint64_t kRecordsAtOnce = 4'096;

// Whether a reason of this code holds a message, whatever rule it is of.
bool OnlyHolds(filter::ReasonCode code) {
  return code == filter::ReasonCode::kCampaignUnreviewed;
}

// One of the two versions: what messages are examined with.
struct Side {
  // The rules alone are compared: exemptions, automatic rollbacks and blocks
  // are not theirs, and would show as changes when one side had them.
  Side(const filter::Snapshot& now, const CompiledVersion& version)
      : snapshot(now) {
    snapshot.exemptions = nullptr;
    snapshot.rules = version.rules;
    snapshot.policy = version.policy;
    snapshot.blocks = nullptr;
    snapshot.counters = nullptr;
  }

  bool HasRule(absl::string_view rule) const {
    return filter::NumberOfRule(snapshot.policy->content(), rule).has_value();
  }

  filter::Snapshot snapshot;
  // To prepare it for a rule set costs more than to examine a message.
  filter::ExamineScratch scratch;
  filter::MessageFacts facts;
};

// One preview.
class Run {
 public:
  Run(const store::Store& store, const CompiledVersion& before,
      const CompiledVersion& after, TimeRange range, uint32_t samples,
      const PreviewProgress& progress)
      : store_(store),
        after_(after),
        registry_(store.snapshot()->registry),
        range_(range),
        progress_(progress),
        before_side_(*store.snapshot(), before),
        after_side_(*store.snapshot(), after),
        comparison_({before.rules, before.policy}, {after.rules, after.policy},
                    samples) {}

  absl::StatusOr<admin::v1::PreviewResult> Go() {
    for (int p = 0; p < store_.partitions(); ++p) {
      SLUICE_RETURN_IF_ERROR(Read(p));
    }
    admin::v1::PreviewResult result = comparison_.Result();
    AddTemplates(result);
    return result;
  }

 private:
  absl::Status Read(int partition) {
    SLUICE_ASSIGN_OR_RETURN(store::RecordRef at,
                            store_.Seek(partition, range_.from_ms));
    SLUICE_ASSIGN_OR_RETURN(const store::RecordRef end, EndOf(partition));
    const store::RecordRef begin = at;
    bool done = false;
    while (!done) {
      uint64_t read = 0;
      done = true;
      SLUICE_ASSIGN_OR_RETURN(
          at, store_.Scan(partition, at,
                          [&](store::RecordRef ref, absl::string_view bytes) {
                            if (!Look(partition, ref, bytes)) return false;
                            done = ++read < kRecordsAtOnce;
                            return done;
                          }));
      if (!progress_((partition + Share(begin, at, end)) / store_.partitions(),
                     judged_)) {
        return absl::CancelledError("the caller disconnected");
      }
    }
    return absl::OkStatus();
  }

  void AddTemplates(admin::v1::PreviewResult& result) const {
    const TemplateReview review =
        ReviewTemplates(registry_, *after_.rules, *after_.policy);
    for (const TemplateHits& hits : review.hits) {
      if (result.templates_size() >= kTemplatesMax) return;
      admin::v1::TemplateHits& out = *result.add_templates();
      out.set_template_id(hits.template_id);
      for (const filter::TemplateHit& hit : hits.hits) {
        if (!absl::c_linear_search(out.rules(), hit.rule)) {
          out.add_rules(hit.rule);
        }
        admin::v1::TemplateHits::Hit& to = *out.add_hits();
        to.set_rule(hit.rule);
        to.set_word(hit.word);
        to.set_prohibited(hit.prohibited);
      }
    }
  }

  absl::StatusOr<store::RecordRef> EndOf(int partition) const {
    if (range_.until_ms < store_.NowMs()) {
      return store_.Seek(partition, range_.until_ms);
    }
    return store_.DurableEnd(partition);
  }

  // The share of a partition's range that has been read, by bytes: by time it
  // would jump, because traffic comes in bursts.
  static double Share(store::RecordRef begin, store::RecordRef at,
                      store::RecordRef end) {
    const auto place = [](store::RecordRef ref) {
      return static_cast<double>(ref.position().value());
    };
    const double all = place(end) - place(begin);
    return all <= 0 ? 1
                    : std::clamp((place(at) - place(begin)) / all, 0.0, 1.0);
  }

  // Whether the reason is of the text: both versions say anew what they find in
  // it.
  bool IsOfContent(filter::ReasonCode code, absl::string_view rule) const {
    return code == filter::ReasonCode::kContentProhibited ||
           code == filter::ReasonCode::kContentUnwanted ||
           code == filter::ReasonCode::kOptoutWordConflict ||
           before_side_.HasRule(rule) || after_side_.HasRule(rule);
  }

  // The decision about a message by the reasons of all other checks. Those of a
  // HELD message hold it: one that rejects would have rejected it.
  v1::Decision Otherwise(const store::v1::Decided& decided) const {
    v1::Decision decision = decided.decision() == v1::DECISION_DEFERRED
                                ? v1::DECISION_DEFERRED
                                : v1::DECISION_ACCEPTED;
    for (const store::v1::RecordedReason& reason : decided.reasons()) {
      const auto code = filter::ParseReasonCode(reason.code());
      if (reason.observed()) continue;
      if (code && IsOfContent(*code, reason.rule())) continue;
      const bool holds =
          decided.decision() == v1::DECISION_HELD || (code && OnlyHolds(*code));
      if (!holds) return v1::DECISION_REJECTED;
      decision = v1::DECISION_HELD;
    }
    return decision;
  }

  // Examines a record. False: the record is after the range.
  bool Look(int partition, store::RecordRef ref, absl::string_view bytes) {
    if (!record_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return true;  // Damage is reported elsewhere.
    }
    const int64_t at_ms = store_.CountedMs(partition, ref, record_.at_ms());
    if (at_ms >= range_.until_ms) return false;
    if (at_ms < range_.from_ms || !record_.has_decided()) return true;
    if (record_.decided().text().empty()) return true;
    current_.first.Swap(&record_);
    current_.last = current_.first.decided();
    const store::v1::Decided& decided = current_.last;
    const auto* provider =
        registry_->Find(ContentProviderId{decided.content_provider()});
    comparison_.Count(decided.text(),
                      static_cast<MessageClass>(decided.message_class()),
                      provider == nullptr ? absl::string_view() : provider->id,
                      Examine(before_side_, at_ms), Examine(after_side_, at_ms),
                      Otherwise(decided));
    ++judged_;
    return true;
  }

  // The findings of the current message's content under a version, as if it
  // were submitted with the parties of today.
  absl::Span<const filter::Finding> Examine(Side& side, int64_t at_ms) const {
    ExamineAgain(side.snapshot, current_, at_ms, side.scratch, side.facts);
    std::vector<filter::Finding>& findings = side.facts.findings;
    findings.erase(std::remove_if(findings.begin(), findings.end(),
                                  [this](const filter::Finding& one) {
                                    return one.observed ||
                                           !IsOfContent(one.code, one.rule);
                                  }),
                   findings.end());
    return findings;
  }

  const store::Store& store_;
  const CompiledVersion& after_;
  const std::shared_ptr<const filter::Registry> registry_;
  const TimeRange range_;
  const PreviewProgress& progress_;
  Side before_side_;
  Side after_side_;
  filter::ContentComparison comparison_;
  store::v1::Record record_;
  CurrentDecision current_;
  uint64_t judged_ = 0;
};

}  // namespace

absl::StatusOr<admin::v1::PreviewResult> Preview(
    const store::Store& store, const CompiledVersion& before,
    const CompiledVersion& after,
    const admin::v1::PreviewVersionRequest& request,
    const PreviewProgress& progress) {
  if (request.samples() > kSamplesMax) {
    return InvalidField("samples", SayBoth("最多 20", "at most 20"));
  }
  SLUICE_ASSIGN_OR_RETURN(const TimeRange range,
                          TimeRangeOf(request, store.NowMs()));
  return Run(store, before, after, range, request.samples(), progress).Go();
}

}  // namespace sluice::gateway
