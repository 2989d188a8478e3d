#include "gateway/admin/operations_service.h"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "gateway/admin/carrier_link.h"
#include "gateway/admin/services.h"
#include "gateway/control/actor.h"
#include "gateway/control/campaign_book.h"
#include "gateway/control/four_eyes.h"
#include "gateway/control/posture.h"
#include "gateway/wire/call_context.h"
#include "gateway/wire/duration.h"
#include "gateway/wire/record_view.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/store/v1/record.pb.h"

namespace sluice::gateway {
namespace {

// A larger step must be named, this exactly.
constexpr int64_t kNamedStepMs = 86'400'000;
constexpr int64_t kExpectedWithinMs = 600'000;

constexpr size_t kAll = std::numeric_limits<size_t>::max();

void Fill(const store::ClockReading& clock, admin::v1::ClockStatus& status) {
  status.set_state(clock.unconfirmed ? admin::v1::CLOCK_STATE_UNCONFIRMED
                   : clock.stepped   ? admin::v1::CLOCK_STATE_STEPPED
                                     : admin::v1::CLOCK_STATE_SETTLED);
  SetDuration(absl::Milliseconds(clock.system_ms - clock.now_ms),
              *status.mutable_offset());
  SetTimestamp(clock.system_ms, *status.mutable_system_time());
  SetTimestamp(clock.now_ms, *status.mutable_decision_time());
  if (clock.start_gap_ms > 0) {
    SetDuration(absl::Milliseconds(clock.start_gap_ms),
                *status.mutable_start_gap());
  }
}

void AddOverdueLegalHolds(const AdminContext& admin,
                          admin::v1::GetPostureResponse& response) {
  for (const admin::v1::LegalHold& hold :
       admin.control.ListLegalHolds(/*all=*/false)) {
    if (MillisOf(hold.review_time()) > admin.store.NowMs()) continue;
    admin::v1::OverdueLegalHold& overdue = *response.add_overdue_legal_holds();
    overdue.set_number(hold.number());
    overdue.set_owner(hold.owner());
    *overdue.mutable_review_time() = hold.review_time();
  }
}

std::string ClockText(int64_t ms) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", absl::FromUnixMillis(ms),
                          absl::UTCTimeZone());
}

// A person names the time when the step is large or goes back: a wrong clock is
// then not accepted by habit.
absl::Status CheckExpectedTime(const admin::v1::AcceptClockRequest& request,
                               const store::ClockReading& clock) {
  const int64_t step_ms = clock.system_ms - clock.now_ms;
  if (!request.has_expected_time()) {
    if (!request.back() && step_ms <= kNamedStepMs) return absl::OkStatus();
    return ErrorOf(
        absl::StatusCode::kFailedPrecondition,
        SayBoth(
            "$0：请给出现在的时间（expected_time，`--time`）；系统时钟为 $2",
            "the step is $1: say what time it is (expected_time, "
            "`--time`); the system clock shows $2",
            request.back() ? "时钟向后跳变" : "跳变超过一天",
            request.back() ? "back" : "more than a day",
            ClockText(clock.system_ms)));
  }
  const auto expected_ms = TryMillisOf(request.expected_time());
  if (!expected_ms)
    return InvalidField("expected_time", SayBoth("不是时间", "not a time"));
  if (std::abs(clock.system_ms - *expected_ms) <= kExpectedWithinMs) {
    return absl::OkStatus();
  }
  return ErrorOf(absl::StatusCode::kFailedPrecondition, "expected_time",
                 SayBoth("给出的是 $0，而系统时钟为 $1：请校正系统时钟",
                         "$0, but the system clock shows $1: correct the "
                         "system clock",
                         ClockText(*expected_ms), ClockText(clock.system_ms)));
}

}  // namespace

grpc::ServerUnaryReactor* OperationsService::GetClock(
    grpc::CallbackServerContext* context, const admin::v1::GetClockRequest*,
    admin::v1::GetClockResponse* response) {
  return ServeNow(admin_, context, Rpc::kGetClock,
                  [this, response](const Key&) {
                    Fill(admin_.store.ReadClock(), *response->mutable_clock());
                    return absl::OkStatus();
                  });
}

grpc::ServerUnaryReactor* OperationsService::AcceptClock(
    grpc::CallbackServerContext* context,
    const admin::v1::AcceptClockRequest* request,
    admin::v1::AcceptClockResponse* response) {
  return ServeNow(admin_, context, Rpc::kAcceptClock,
                  [this, request, response](const Key& key) {
                    const absl::Status status = Accept(key, *request);
                    if (status.ok())
                      Fill(admin_.store.ReadClock(),
                           *response->mutable_clock());
                    return status;
                  });
}

grpc::ServerUnaryReactor* OperationsService::GetPosture(
    grpc::CallbackServerContext* context, const admin::v1::GetPostureRequest*,
    admin::v1::GetPostureResponse* response) {
  const Language language = LanguageOf(*context);
  return ServeNow(
      admin_, context, Rpc::kGetPosture,
      [this, response, language](const Key&) {
        *response = PostureOf(
            admin_.control.rules_in_force(),
            admin_.control.List(store::v1::PARTY_KIND_CONTENT_PROVIDER, "",
                                kAll),
            {admin_.control.ListExemptions(/*all=*/false),
             admin_.control.rolled_back(),
             admin_.control.List(store::v1::PARTY_KIND_TEMPLATE, "", kAll),
             campaigns_.List(kAll, std::nullopt).campaigns},
            admin_.store.NowMs(), language);
        response->set_one_person(WhyOnePerson(
            admin_.control.ListKeys("", "", kAll), admin_.control.key_holders(),
            one_person_, admin_.store.NowMs()));
        AddOverdueLegalHolds(admin_, *response);
        for (const Carrier carrier : CarriersWithoutLink(links_())) {
          response->add_unserved_carriers(ShownCarrier(carrier));
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OperationsService::ListLinks(
    grpc::CallbackServerContext* context, const admin::v1::ListLinksRequest*,
    admin::v1::ListLinksResponse* response) {
  return ServeNow(admin_, context, Rpc::kListLinks,
                  [this, response](const Key&) {
                    for (const LinkStatus& link : links_()) {
                      ToCarrierLink(link, *response->add_links());
                    }
                    return absl::OkStatus();
                  });
}

grpc::ServerUnaryReactor* OperationsService::GetRetention(
    grpc::CallbackServerContext* context, const admin::v1::GetRetentionRequest*,
    admin::v1::GetRetentionResponse* response) {
  return ServeNow(
      admin_, context, Rpc::kGetRetention, [this, response](const Key&) {
        for (const store::WaitingRetention& run :
             admin_.store.WaitingRetentions()) {
          admin::v1::WaitingRetention& out = *response->add_waiting();
          out.set_partition(static_cast<uint32_t>(run.partition));
          out.set_records(run.records);
          out.set_share_percent(run.share * 100);
          SetTimestamp(run.before_ms, *out.mutable_before_time());
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OperationsService::AllowRetention(
    grpc::CallbackServerContext* context,
    const admin::v1::AllowRetentionRequest* request,
    admin::v1::AllowRetentionResponse* response) {
  return ServeNow(admin_, context, Rpc::kAllowRetention,
                  [this, request, response](const Key& key) {
                    return Allow(key, request->reason(), *response);
                  });
}

absl::Status OperationsService::Allow(
    const Key& key, const std::string& reason,
    admin::v1::AllowRetentionResponse& response) {
  SLUICE_RETURN_IF_ERROR(CheckReason({key.id, reason}));
  const size_t allowed = admin_.store.AllowRetention(key.id);
  if (allowed == 0) {
    return ErrorOf(absl::StatusCode::kFailedPrecondition,
                   SayBoth("没有待批准的清理", "no run of retention waits"));
  }
  response.set_allowed(static_cast<uint32_t>(allowed));
  spdlog::warn("retention: {} runs were allowed by {}: {}", allowed, key.id,
               reason);
  return absl::OkStatus();
}

// Of two calls at once both may be journaled; the second then has no step to
// accept.
absl::Status OperationsService::Accept(
    const Key& key, const admin::v1::AcceptClockRequest& request) {
  SLUICE_RETURN_IF_ERROR(CheckReason({key.id, request.reason()}));
  const store::ClockReading clock = admin_.store.ReadClock();
  const int64_t step_ms = clock.system_ms - clock.now_ms;
  if (!clock.stepped) {
    return ErrorOf(
        absl::StatusCode::kFailedPrecondition,
        SayBoth("时钟没有跳变：没有需要接受的",
                "the clock has not stepped: there is nothing to accept"));
  }
  if (step_ms < 0 && !request.back()) {
    return ErrorOf(
        absl::StatusCode::kFailedPrecondition,
        SayBoth(
            "系统时钟比最近的记录慢 $0 秒：请校正系统时钟；如果系统时钟正确，"
            "而记录中有从未存在过的时间，请收回它（`sluicectl clock accept "
            "--back`）",
            "the system clock is $0 s behind the last records: correct the "
            "system clock; if it is right and the records bear a time that "
            "never was, take it back (`back`, sluicectl clock accept "
            "--back)",
            -step_ms / 1000));
  }
  SLUICE_RETURN_IF_ERROR(CheckExpectedTime(request, clock));
  SLUICE_RETURN_IF_ERROR(
      request.back() ? admin_.store.TurnClockBack(key.id, request.reason())
                     : admin_.store.AcceptClock(key.id, request.reason()));
  spdlog::warn("a step of the system clock by {} ms was accepted by {}",
               step_ms, key.id);
  return absl::OkStatus();
}

std::unique_ptr<grpc::Service> MakeOperationsService(
    AdminContext& admin, const CampaignBook& campaigns, bool one_person,
    OperationsService::Links links) {
  return std::make_unique<OperationsService>(admin, campaigns, one_person,
                                             std::move(links));
}

}  // namespace sluice::gateway
