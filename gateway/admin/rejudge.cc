#include "gateway/admin/rejudge.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/redecide/redecider.h"
#include "gateway/wire/duration.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "store/partition/decided_record.h"

namespace sluice::gateway {
namespace {

using Outcome = store::Redecision::Outcome;

constexpr absl::Duration kMaxAgeMin = absl::Seconds(1);
constexpr absl::Duration kMaxAgeMax = absl::Hours(24);
constexpr size_t kRuleBytesMax = 256;
// Records that are read at a time.
constexpr size_t kRecordsAtOnce = 8'192;

// A rejection in the journal: the message, and the record.
struct Rejection {
  store::MessageId id;
  store::RecordRef decision;
  // By code and rule: the other enforced reasons.
  std::vector<std::pair<std::string, std::string>> others;
};

// Whether `rule` is among the enforced reasons; adds the others to `rejection`.
bool IsRejectedBy(const store::v1::Decided& decided, const std::string& rule,
                  Rejection& rejection) {
  bool rejected = false;
  for (const store::v1::RecordedReason& reason : decided.reasons()) {
    if (reason.observed()) continue;
    if (reason.rule() == rule) {
      rejected = true;
    } else {
      rejection.others.emplace_back(reason.code(), reason.rule());
    }
  }
  return rejected;
}

// Whether the other reasons only hold the message: the rule alone rejected it.
bool OnlyHeldIt(const Rejection& rejection, const CurrentDecision& current) {
  return std::all_of(rejection.others.begin(), rejection.others.end(),
                     [&current](const auto& other) {
                       const auto& holds = current.held_for;
                       return std::find(holds.begin(), holds.end(), other) !=
                              holds.end();
                     });
}

class Run {
 public:
  Run(store::Store& store, CampaignBook& campaigns,
      const admin::v1::RejudgeMessagesRequest& request, const Actor& actor,
      std::set<std::string>& seen,
      const std::function<bool(const admin::v1::RejudgeMessagesResponse&)>&
          progress,
      const StopAsked& stop)
      : store_(store),
        rule_(request.rule()),
        seen_(seen),
        progress_(progress),
        stop_(stop),
        until_ms_(store.NowMs()),
        submitted_from_ms_(until_ms_ - absl::ToInt64Milliseconds(
                                           *TryDurationOf(request.max_age()))),
        from_ms_(std::max(MillisOf(request.start_time()), submitted_from_ms_)),
        redecider_(store, campaigns,
                   {.cause = store::v1::Redecided::CAUSE_REJUDGED,
                    .check_only = !request.apply()},
                   actor) {}

  absl::StatusOr<admin::v1::RejudgeMessagesResponse> Go() {
    for (int p = 0; p < store_.partitions(); ++p) {
      SLUICE_RETURN_IF_ERROR(Read(p));
    }
    response_.set_done(1);
    return response_;
  }

 private:
  absl::Status Read(int partition) {
    // Messages that are redecided here are not read again.
    const store::RecordRef end = store_.DurableEnd(partition);
    SLUICE_ASSIGN_OR_RETURN(store::RecordRef at,
                            store_.Seek(partition, from_ms_, stop_));
    bool more = true;
    while (more) {
      size_t read = 0;
      absl::Status fault;
      more = false;
      SLUICE_ASSIGN_OR_RETURN(
          at, store_.Scan(
                  partition, at,
                  [&](store::RecordRef ref, absl::string_view bytes) {
                    if (ref >= end) return false;
                    fault = Look(partition, ref, bytes);
                    more = ++read >= kRecordsAtOnce;
                    return fault.ok() && !more;
                  },
                  stop_));
      SLUICE_RETURN_IF_ERROR(fault);
      SLUICE_RETURN_IF_ERROR(JudgeAll());
      response_.set_done((partition + Share()) / store_.partitions());
      if (!progress_(response_)) {
        return absl::CancelledError("the caller disconnected");
      }
    }
    return absl::OkStatus();
  }

  // Share of this partition's records that has been read, by time.
  double Share() const {
    const auto all = static_cast<double>(until_ms_ - from_ms_);
    return all <= 0 ? 1
                    : std::clamp(static_cast<double>(at_ms_ - from_ms_) / all,
                                 0.0, 1.0);
  }

  absl::Status Look(int partition, store::RecordRef ref,
                    absl::string_view bytes) {
    if (!record_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return absl::DataLossError("a journal record does not parse");
    }
    at_ms_ = record_.at_ms();
    if (at_ms_ < from_ms_ || record_.recipient() == 0 ||
        !(record_.has_decided() || record_.has_redecided())) {
      return absl::OkStatus();
    }
    const store::RecordRef message =
        record_.has_decided()
            ? ref
            : store::RecordRef::FromValue(record_.redecided().message());
    const store::v1::Decided& decided = store::DecisionIn(record_);
    if (decided.decision() != v1::DECISION_REJECTED) return absl::OkStatus();
    for (const store::v1::RecordedReason& reason : decided.reasons()) {
      seen_.insert(reason.rule());
    }
    Rejection rejection = {
        {static_cast<uint16_t>(partition), message}, ref, {}};
    // With other reasons, only a redecided message can have been held before.
    if (IsRejectedBy(decided, rule_, rejection) &&
        (rejection.others.empty() || record_.has_redecided())) {
      rejections_.push_back(std::move(rejection));
    }
    return absl::OkStatus();
  }

  absl::Status JudgeAll() {
    std::vector<CurrentDecision> messages;
    for (const Rejection& rejection : std::exchange(rejections_, {})) {
      absl::StatusOr<CurrentDecision> current =
          FindCurrentDecision(store_, rejection.id, stop_);
      // No longer kept, so older than max_age.
      if (absl::IsFailedPrecondition(current.status()) ||
          absl::IsNotFound(current.status())) {
        continue;
      }
      if (!current.ok()) return current.status();
      if (current->first.at_ms() < submitted_from_ms_ ||
          !OnlyHeldIt(rejection, *current)) {
        continue;
      }
      response_.set_refused(response_.refused() + 1);
      if (current->decision != rejection.decision ||
          current->state != v1::MESSAGE_STATE_REJECTED) {
        response_.set_superseded(response_.superseded() + 1);
        continue;
      }
      messages.push_back(*std::move(current));
      if (messages.size() == Redecider::kBatchMax) {
        SLUICE_RETURN_IF_ERROR(Judge(std::exchange(messages, {})));
      }
    }
    return Judge(messages);
  }

  absl::Status Judge(const std::vector<CurrentDecision>& messages) {
    SLUICE_ASSIGN_OR_RETURN(const std::vector<store::Redecision> results,
                            redecider_.Decide(messages));
    for (const store::Redecision& result : results) Count(result);
    return absl::OkStatus();
  }

  void Count(const store::Redecision& result) {
    admin::v1::RejudgeMessagesResponse& r = response_;
    if (result.outcome == Outcome::kExpired) {
      r.set_expired(r.expired() + 1);
    } else if (result.outcome == Outcome::kUnchanged) {
      r.set_still_refused(r.still_refused() + 1);
    } else if (result.outcome != Outcome::kDecided) {
      r.set_superseded(r.superseded() + 1);
    } else if (result.decision == v1::DECISION_ACCEPTED) {
      r.set_accepted(r.accepted() + 1);
    } else if (result.decision == v1::DECISION_DEFERRED) {
      r.set_deferred(r.deferred() + 1);
    } else {
      r.set_held(r.held() + 1);
    }
  }

  store::Store& store_;
  const std::string rule_;
  std::set<std::string>& seen_;
  const std::function<bool(const admin::v1::RejudgeMessagesResponse&)>&
      progress_;
  const StopAsked& stop_;
  const int64_t until_ms_;
  const int64_t submitted_from_ms_;
  const int64_t from_ms_;
  Redecider redecider_;
  store::v1::Record record_;
  int64_t at_ms_ = 0;
  std::vector<Rejection> rejections_;
  admin::v1::RejudgeMessagesResponse response_;
};

}  // namespace

absl::Status CheckRejudge(const admin::v1::RejudgeMessagesRequest& request,
                          const Actor& actor, int64_t now_ms) {
  if (request.rule().empty()) {
    return InvalidField(
        "rule", SayBoth("请给出出错的规则", "name the rule that was mistaken"));
  }
  if (request.rule().size() > kRuleBytesMax) {
    return InvalidField(
        "rule", SayBoth("过长，不是规则编号", "too long for a rule's id"));
  }
  if (!request.has_start_time() || !TryMillisOf(request.start_time()) ||
      MillisOf(request.start_time()) > now_ms) {
    return InvalidField("start_time",
                        SayBoth("须为该规则开始误拒的时间，不晚于现在",
                                "when the rule began to reject, not after "
                                "now"));
  }
  const auto max_age = TryDurationOf(request.max_age());
  if (!max_age || *max_age < kMaxAgeMin || *max_age > kMaxAgeMax) {
    return InvalidField(
        "max_age", SayBoth("须为 1 秒至 24 小时", "1 s to 24 h are allowed"));
  }
  return request.apply() ? CheckReason(actor) : absl::OkStatus();
}

absl::StatusOr<admin::v1::RejudgeMessagesResponse> Rejudge(
    store::Store& store, CampaignBook& campaigns,
    const admin::v1::RejudgeMessagesRequest& request, const Actor& actor,
    std::set<std::string>& seen,
    const std::function<bool(const admin::v1::RejudgeMessagesResponse&)>&
        progress,
    const StopAsked& stop) {
  return Run(store, campaigns, request, actor, seen, progress, stop).Go();
}

}  // namespace sluice::gateway
