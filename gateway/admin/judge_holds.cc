#include "gateway/admin/judge_holds.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "filter/reason_writer.h"
#include "gateway/admin/admin_stream.h"
#include "gateway/admin/hold_queue.h"
#include "gateway/redecide/redecider.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

using Outcome = store::Redecision::Outcome;

constexpr int kIdsMax = 1000;

admin::v1::HoldOutcome OutcomeOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kDecided:
    case Outcome::kUnchanged:
      return admin::v1::HOLD_OUTCOME_DECIDED;
    case Outcome::kExpired:
      return admin::v1::HOLD_OUTCOME_EXPIRED;
    case Outcome::kChanged:
      return admin::v1::HOLD_OUTCOME_CHANGED;
    case Outcome::kGone:
    case Outcome::kUndecided:  // A batch that failed has no results.
      break;
  }
  return admin::v1::HOLD_OUTCOME_NOT_HELD;
}

// A selected message and the decision that held it when it was selected.
struct Asked {
  store::MessageId id;
  store::RecordRef decision;  // None: not known.
};

class Judging {
 public:
  Judging(AdminContext& admin, CampaignBook& campaigns, bool reject,
          const Actor& actor, filter::Language language, const TellHolds& tell,
          const StopAsked& stop)
      : store_(admin.store),
        reject_(reject),
        language_(language),
        tell_(tell),
        stop_(stop),
        redecider_(
            admin.store, campaigns,
            {.cause = store::v1::Redecided::CAUSE_RELEASED, .reject = reject},
            actor) {}

  absl::Status Judge(const std::vector<Asked>& asked) {
    response_.set_all(asked.size());
    for (size_t at = 0; at < asked.size(); at += Redecider::kBatchMax) {
      const size_t end = std::min(asked.size(), at + Redecider::kBatchMax);
      SLUICE_RETURN_IF_ERROR(
          JudgeSome(absl::MakeConstSpan(asked).subspan(at, end - at)));
      response_.set_done(end);
      if (!tell_(response_)) return CallerGone();
      response_.clear_messages();
    }
    // Nothing matched: one empty response says so.
    if (asked.empty() && !tell_(response_)) return CallerGone();
    return absl::OkStatus();
  }

 private:
  absl::Status JudgeSome(absl::Span<const Asked> asked) {
    std::vector<CurrentDecision> messages;
    for (const Asked& one : asked) {
      absl::StatusOr<CurrentDecision> current =
          one.decision == store::RecordRef()
              ? FindCurrentDecision(store_, one.id, stop_)
              : ReadCurrentDecision(store_, one.id, one.decision, stop_);
      if (absl::IsNotFound(current.status())) {
        Told(one.id, admin::v1::HOLD_OUTCOME_NOT_HELD);
      } else if (absl::IsFailedPrecondition(current.status())) {
        Told(one.id, admin::v1::HOLD_OUTCOME_NOT_KEPT);
      } else if (!current.ok()) {
        return current.status();
      } else if (one.decision != store::RecordRef() &&
                 current->decision != one.decision) {
        // Held for other reasons than when it was selected.
        Told(one.id, admin::v1::HOLD_OUTCOME_CHANGED);
      } else {
        if (!reject_) AnswerHolds(*current);
        messages.push_back(*std::move(current));
      }
    }
    SLUICE_ASSIGN_OR_RETURN(const std::vector<store::Redecision> results,
                            redecider_.Decide(messages));
    for (size_t i = 0; i < results.size(); ++i) {
      admin::v1::JudgedHold& told =
          Told(messages[i].id, OutcomeOf(results[i].outcome));
      if (told.outcome() != admin::v1::HOLD_OUTCOME_DECIDED) continue;
      told.set_decision(results[i].decision);
      for (const filter::Finding& finding : results[i].findings) {
        if (finding.observed) continue;
        filter::WriteReason(redecider_.snapshot(), finding, language_,
                            *told.add_reasons());
      }
    }
    return absl::OkStatus();
  }

  admin::v1::JudgedHold& Told(const store::MessageId& id,
                              admin::v1::HoldOutcome outcome) {
    admin::v1::JudgedHold& told = *response_.add_messages();
    told.set_message_id(store::ToString(id));
    told.set_outcome(outcome);
    return told;
  }

  const store::Store& store_;
  const bool reject_;
  const filter::Language language_;
  const TellHolds& tell_;
  const StopAsked& stop_;
  Redecider redecider_;
  admin::v1::JudgedHolds response_;
};

absl::StatusOr<std::vector<Asked>> Named(
    const admin::v1::HoldSelection& selection) {
  if (selection.message_ids_size() > kIdsMax) {
    return InvalidField("message_ids",
                        SayBoth("给出了 $0 个，最多 $1 个", "$0, at most $1",
                                selection.message_ids_size(), kIdsMax));
  }
  std::vector<Asked> asked;
  for (const std::string& text : selection.message_ids()) {
    const absl::StatusOr<store::MessageId> id = store::DecodeMessageId(text);
    if (!id.ok()) {
      return InvalidField(
          "message_ids",
          SayBoth("$0 $1", "$0: $2", Quoted(text), BothOf(id.status()).chinese,
                  BothOf(id.status()).english));
    }
    asked.push_back({*id, {}});
  }
  return asked;
}

// All held messages that match, if they are as many as `expected`.
absl::StatusOr<std::vector<Asked>> Matching(
    const store::Store& store, const admin::v1::HoldSelection& selection,
    const Judge& judge, const StopAsked& stop) {
  absl::StatusOr<HoldQuery> query = ReadHoldFilter(
      selection.filter(), *store.snapshot()->registry, store.NowMs());
  if (!query.ok()) return WithOuterField(query.status(), "filter");
  HoldWalk walk(store, *std::move(query));
  std::vector<Asked> asked;
  while (!walk.done()) {
    SLUICE_ASSIGN_OR_RETURN(const std::vector<HeldOne> some,
                            walk.Next(1000, stop));
    for (const HeldOne& one : some) {
      asked.push_back({one.current.id, one.current.decision});
    }
  }
  const std::string& rule = selection.filter().rule();
  if (asked.empty() && !rule.empty()) {
    SLUICE_RETURN_IF_ERROR(WithOuterField(judge.check_rule(rule), "filter"));
  }
  if (asked.size() != selection.expected()) {
    return WithField(
        WithChinese(
            absl::FailedPreconditionError(absl::StrCat(
                "expected: ", selection.expected(), " messages, but ",
                asked.size(),
                " match now; nothing was done: list them again and repeat with "
                "the new number")),
            absl::StrCat("给出的是 ", selection.expected(), " 条，而现在有 ",
                         asked.size(),
                         " 条符合；未作处理：请重新列出，再用新的数量执行")),
        "expected");
  }
  return asked;
}

}  // namespace

absl::Status JudgeHolds(AdminContext& admin, CampaignBook& campaigns,
                        const admin::v1::HoldSelection& selection,
                        const Judge& judge, const TellHolds& tell,
                        const StopAsked& stop) {
  const Actor actor = {judge.key.id, judge.reason};
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  const bool named = selection.message_ids_size() > 0;
  if (named == selection.has_filter()) {
    return InvalidField("selection",
                        "message_ids or filter, one of both, is needed");
  }
  const absl::StatusOr<std::vector<Asked>> asked =
      named ? Named(selection) : Matching(admin.store, selection, judge, stop);
  if (!asked.ok()) return WithOuterField(asked.status(), "selection");
  // Journaled before any message is decided.
  const Rpc rpc = judge.reject ? Rpc::kRejectHolds : Rpc::kReleaseHolds;
  const std::string which =
      named ? "named ones" : SubjectOf(selection.filter());
  SLUICE_RETURN_IF_ERROR(
      admin.log
          .Note(judge.key, rpc, Phone{},
                absl::StrCat(asked->size(), " held messages: ", which),
                judge.reason)
          .get());
  return Judging(admin, campaigns, judge.reject, actor, judge.language, tell,
                 stop)
      .Judge(*asked);
}

}  // namespace sluice::gateway
