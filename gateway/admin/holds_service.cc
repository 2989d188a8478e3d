#include "gateway/admin/holds_service.h"

#include <algorithm>
#include <future>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "filter/policy/blocks.h"
#include "filter/policy/reason.h"
#include "gateway/admin/admin_stream.h"
#include "gateway/admin/hold_queue.h"
#include "gateway/admin/judge_holds.h"
#include "gateway/admin/rejudge.h"
#include "gateway/admin/services.h"
#include "gateway/wire/call_context.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/token.h"
#include "rules/base/both_error.h"
#include "rules/base/enum_names.h"
#include "rules/base/error_reason.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"
#include "rules/rule_set.h"

namespace sluice::gateway {
namespace {

// The filters that a page token belongs to. Not the times, which a caller may
// count from now.
std::string ScopeOf(const admin::v1::HoldFilter& filter) {
  admin::v1::HoldFilter scope = filter;
  scope.clear_start_time();
  scope.clear_end_time();
  return scope.SerializeAsString();
}

std::string Encode(const HoldPlace& place,
                   const admin::v1::HoldFilter& filter) {
  return EncodeToken(TokenKind::kHolds,
                     {static_cast<uint64_t>(place.since_ms),
                      static_cast<uint64_t>(place.partition), place.message},
                     ScopeOf(filter));
}

absl::StatusOr<HoldPlace> Decode(const std::string& token,
                                 const admin::v1::HoldFilter& filter) {
  if (token.empty()) return HoldPlace();
  SLUICE_ASSIGN_OR_RETURN(
      const std::vector<uint64_t> values,
      DecodePageToken(TokenKind::kHolds, token, 3, ScopeOf(filter)));
  return HoldPlace{static_cast<int64_t>(values[0]), static_cast<int>(values[1]),
                   values[2]};
}

// When a hold ends, for a message that was not read from the queue.
int64_t DeadlineOf(const CurrentDecision& current,
                   const filter::Policy& policy) {
  const int64_t expires_ms = current.last.expire_at_ms();
  return policy.hold_ms() == 0
             ? expires_ms
             : std::min(expires_ms, current.since_ms + policy.hold_ms());
}

absl::Status NotHeld(const CurrentDecision& current) {
  return WithField(
      WithChinese(
          absl::NotFoundError(absl::StrCat(
              store::ToString(current.id), " is not held: it is ",
              ShortName(*v1::MessageState_descriptor()->FindValueByNumber(
                  current.state)))),
          absl::StrCat(store::ToString(current.id), " 已不在待审")),
      "message_id");
}

// Says of blocks that hold a message, and are over, that they are.
class EndedBlocks {
 public:
  EndedBlocks(const AdminContext& admin, filter::Language language)
      : admin_(admin), language_(language) {}

  void Note(admin::v1::HeldMessage& message) {
    for (v1::Reason& reason : *message.mutable_reasons()) {
      if (reason.code() != filter::Name(filter::ReasonCode::kStopped)) continue;
      const std::set<std::string>& now = InForce();
      if (reason.rule().empty() || now.contains(reason.rule())) continue;
      absl::StrAppend(
          reason.mutable_sentence(),
          Say(language_, "（该拦截已结束）", " (this block is over)"));
    }
  }

 private:
  // Names of blocks; asked for once, and only if a message needs it.
  const std::set<std::string>& InForce() {
    if (in_force_) return *in_force_;
    in_force_.emplace();
    for (const admin::v1::Block& one :
         admin_.control.ListBlocks(/*all=*/false)) {
      in_force_->insert(filter::BlockName(one));
    }
    return *in_force_;
  }

  const AdminContext& admin_;
  const filter::Language language_;
  std::optional<std::set<std::string>> in_force_;
};

// Writes the progress of JudgeHolds to the stream of either call.
template <class Response>
TellHolds TellJudged(AdminStream<Response>& stream) {
  return [&stream](const admin::v1::JudgedHolds& judged) {
    Response response;
    *response.mutable_judged() = judged;
    return stream.Write(response);
  };
}

}  // namespace

absl::Status HoldsService::CheckRule(const std::string& rule,
                                     std::vector<std::string> seen) const {
  std::vector<std::string> names = std::move(seen);
  const store::SnapshotPtr snapshot = admin_.store.snapshot();
  for (const auto& one : snapshot->rules->rules()) names.push_back(one.id());
  for (const auto& one : snapshot->rules->thresholds()) {
    names.push_back(one.id());
  }
  for (const auto& one : snapshot->rules->policy().limits()) {
    names.push_back(one.id());
  }
  for (const std::string& one : statistics_.Names()) names.push_back(one);
  for (const admin::v1::Campaign& one :
       campaigns_.List(SIZE_MAX, std::nullopt).campaigns) {
    names.push_back(one.id());
  }
  for (const admin::v1::Block& one : admin_.control.ListBlocks(/*all=*/true)) {
    names.push_back(filter::BlockName(one));
  }
  if (std::find(names.begin(), names.end(), rule) != names.end()) {
    return absl::OkStatus();
  }
  const std::string nearest = rules::NearestOf(rule, names);
  return InvalidField(
      "rule",
      nearest.empty()
          ? SayBoth("没有 $0 这个规则、阈值、限额或群发",
                    "no rule, threshold, limit or campaign is known as $0",
                    Quoted(rule))
          : SayBoth("没有 $0 这个规则、阈值、限额或群发，是否应为“$1”？",
                    "no rule, threshold, limit or campaign is known as $0, did "
                    "you mean '$1'?",
                    Quoted(rule), nearest));
}

grpc::ServerUnaryReactor* HoldsService::ListHolds(
    grpc::CallbackServerContext* context,
    const admin::v1::ListHoldsRequest* request,
    admin::v1::ListHoldsResponse* response) {
  const filter::Language language = LanguageOf(*context);
  const auto list = [this, request, response, language](
                        const Caller& key,
                        const StopAsked& stop) -> absl::Status {
    const store::SnapshotPtr snapshot = admin_.store.snapshot();
    absl::StatusOr<HoldQuery> query = ReadHoldFilter(
        request->filter(), *snapshot->registry, admin_.store.NowMs());
    if (!query.ok()) return WithOuterField(query.status(), "filter");
    SLUICE_ASSIGN_OR_RETURN(const HoldPlace after,
                            Decode(request->page_token(), request->filter()));
    SLUICE_ASSIGN_OR_RETURN(const size_t page_size,
                            PageSize(request->page_size()));
    std::future<absl::Status> noted =
        admin_.log.Note(key, Rpc::kListHolds, Phone{},
                        absl::StrCat(SubjectOf(request->filter()),
                                     request->texts() ? ", with texts" : ""));
    HoldWalk walk(admin_.store, *std::move(query), after);
    SLUICE_ASSIGN_OR_RETURN(const std::vector<HeldOne> held,
                            walk.Next(page_size, stop));
    const std::string& rule = request->filter().rule();
    if (held.empty() && walk.done() && !rule.empty() &&
        request->page_token().empty()) {
      SLUICE_RETURN_IF_ERROR(WithOuterField(CheckRule(rule, {}), "filter"));
    }
    EndedBlocks ended(admin_, language);
    for (const HeldOne& one : held) {
      admin::v1::HeldMessage& shown = *response->add_messages();
      shown = ShowHeld(one, *snapshot->registry, language, request->texts());
      ended.Note(shown);
    }
    if (!walk.done()) {
      response->set_next_page_token(Encode(walk.place(), request->filter()));
    }
    uint64_t all = 0;
    for (int p = 0; p < admin_.store.partitions(); ++p) {
      all += admin_.store.Stats(p).held;
    }
    response->set_held(all);
    return noted.get();
  };
  return ServeLookup(admin_, context, Rpc::kListHolds, list);
}

grpc::ServerUnaryReactor* HoldsService::GetHold(
    grpc::CallbackServerContext* context,
    const admin::v1::GetHoldRequest* request,
    admin::v1::GetHoldResponse* response) {
  const filter::Language language = LanguageOf(*context);
  const auto get = [this, request, response, language](
                       const Caller& key,
                       const StopAsked& stop) -> absl::Status {
    const absl::StatusOr<store::MessageId> id =
        store::DecodeMessageId(request->message_id());
    if (!id.ok()) {
      return InvalidField("message_id", BothOf(id.status()));
    }
    std::future<absl::Status> noted =
        admin_.log.Note(key, Rpc::kGetHold, Phone{}, request->message_id());
    absl::StatusOr<CurrentDecision> found =
        FindCurrentDecision(admin_.store, *id, stop);
    if (absl::IsNotFound(found.status()) ||
        absl::IsFailedPrecondition(found.status())) {
      SLUICE_RETURN_IF_ERROR(noted.get());
      return WithField(
          WithChinese(
              absl::NotFoundError("no such message, or it is no longer kept"),
              "没有这条短信，或其记录已不保留"),
          "message_id");
    }
    SLUICE_ASSIGN_OR_RETURN(CurrentDecision current, std::move(found));
    if (current.state != v1::MESSAGE_STATE_HELD) return NotHeld(current);
    const store::SnapshotPtr snapshot = admin_.store.snapshot();
    const int64_t deadline_ms = DeadlineOf(current, *snapshot->policy);
    const HoldPlace place = {current.since_ms, id->partition,
                             id->record.value()};
    *response->mutable_message() =
        ShowHeld({place, deadline_ms, std::move(current)}, *snapshot->registry,
                 language, /*with_text=*/true);
    EndedBlocks(admin_, language).Note(*response->mutable_message());
    return noted.get();
  };
  return ServeLookup(admin_, context, Rpc::kGetHold, get);
}

grpc::ServerWriteReactor<admin::v1::ReleaseHoldsResponse>*
HoldsService::ReleaseHolds(grpc::CallbackServerContext* context,
                           const admin::v1::ReleaseHoldsRequest* request) {
  using Response = admin::v1::ReleaseHoldsResponse;
  return ServeStream<Response>(
      admin_, admin_.hold_decisions, context, Rpc::kReleaseHolds,
      [this, request = *request,
       language = LanguageOf(*context)](AdminStream<Response>& stream) {
        return JudgeHolds(
            admin_, campaigns_, request.selection(),
            {stream.key(), request.reason(), /*reject=*/false, language,
             [this](const std::string& rule) { return CheckRule(rule, {}); }},
            TellJudged(stream), stream.stop());
      });
}

grpc::ServerWriteReactor<admin::v1::RejectHoldsResponse>*
HoldsService::RejectHolds(grpc::CallbackServerContext* context,
                          const admin::v1::RejectHoldsRequest* request) {
  using Response = admin::v1::RejectHoldsResponse;
  return ServeStream<Response>(
      admin_, admin_.hold_decisions, context, Rpc::kRejectHolds,
      [this, request = *request,
       language = LanguageOf(*context)](AdminStream<Response>& stream) {
        return JudgeHolds(
            admin_, campaigns_, request.selection(),
            {stream.key(), request.reason(), /*reject=*/true, language,
             [this](const std::string& rule) { return CheckRule(rule, {}); }},
            TellJudged(stream), stream.stop());
      });
}

grpc::ServerWriteReactor<admin::v1::RejudgeMessagesResponse>*
HoldsService::RejudgeMessages(
    grpc::CallbackServerContext* context,
    const admin::v1::RejudgeMessagesRequest* request) {
  const auto rejudge =
      [this, request = *request](
          AdminStream<admin::v1::RejudgeMessagesResponse>& stream)
      -> absl::Status {
    const Actor actor = {stream.key().id, request.reason()};
    SLUICE_RETURN_IF_ERROR(CheckRejudge(request, actor, admin_.store.NowMs()));
    if (request.apply() && rejudging_.exchange(true)) {
      return WithChinese(
          absl::FailedPreconditionError(
              "another rejudge is running: wait until it ends, then try again"),
          "另一次重新判定正在进行：请等它结束后再试");
    }
    const absl::Cleanup ended = [this, &request] {
      if (request.apply()) rejudging_ = false;
    };
    SLUICE_RETURN_IF_ERROR(
        admin_.log
            .Note(stream.key(), Rpc::kRejudgeMessages, Phone{},
                  absl::StrCat("rule ", request.rule(), " since ",
                               MillisOf(request.start_time()), " at most ",
                               request.max_age().seconds(), " s old",
                               request.apply() ? "" : ", counted only"),
                  request.reason())
            .get());
    std::set<std::string> seen;
    SLUICE_ASSIGN_OR_RETURN(
        const admin::v1::RejudgeMessagesResponse response,
        gateway::Rejudge(
            admin_.store, campaigns_, request, actor, seen,
            [&stream](const admin::v1::RejudgeMessagesResponse& so_far) {
              return stream.Write(so_far);
            },
            stream.stop()));
    if (response.refused() == 0) {
      SLUICE_RETURN_IF_ERROR(
          CheckRule(request.rule(), {seen.begin(), seen.end()}));
    }
    return stream.Write(response) ? absl::OkStatus() : CallerGone();
  };
  return ServeStream<admin::v1::RejudgeMessagesResponse>(
      admin_, admin_.slow_workers, context, Rpc::kRejudgeMessages, rejudge);
}

std::unique_ptr<grpc::Service> MakeHoldsService(AdminContext& admin,
                                                CampaignBook& campaigns,
                                                RuleStatistics& statistics) {
  return std::make_unique<HoldsService>(admin, campaigns, statistics);
}

}  // namespace sluice::gateway
