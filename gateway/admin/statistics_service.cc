// The service Statistics: counts of what happened to messages.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/admin/admin_context.h"
#include "gateway/admin/services.h"
#include "gateway/admin/statistics_rows.h"
#include "gateway/wire/call_context.h"
#include "gateway/wire/time_range.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/statistics.grpc.pb.h"

namespace sluice::gateway {
namespace {

using admin::v1::GetStatisticsRequest;
using admin::v1::GetStatisticsResponse;

constexpr uint32_t kRowsDefault = 1000;
constexpr uint32_t kRowsMax = 10'000;
// Clients take 4 MiB by default.
constexpr size_t kBytesMax = 3u << 20;

absl::Status CheckRequest(const GetStatisticsRequest& request) {
  if (!admin::v1::StatisticsDimension_IsValid(request.dimension())) {
    return InvalidField("dimension",
                        SayBoth("没有这个维度", "not a known dimension"));
  }
  if (!admin::v1::StatisticsStep_IsValid(request.step())) {
    return InvalidField("step", SayBoth("没有这个步长", "not a known step"));
  }
  if (request.row_limit() > kRowsMax) {
    return InvalidField("row_limit",
                        SayBoth("最多 $0", "at most $0", kRowsMax));
  }
  return absl::OkStatus();
}

store::StatStep StepOf(admin::v1::StatisticsStep step) {
  switch (step) {
    case admin::v1::STATISTICS_STEP_HOUR:
      return store::StatStep::kHour;
    case admin::v1::STATISTICS_STEP_DAY:
      return store::StatStep::kDay;
    default:
      return store::StatStep::kNone;
  }
}

// By time, then those with most messages first.
void Sort(std::vector<store::StatRow>& rows) {
  const auto weight = [](const store::StatRow& row) {
    // What happened on links was submitted elsewhere.
    return std::max({row.tally[store::Metric::kSubmitted],
                     row.tally[store::Metric::kTakenParts],
                     row.tally[store::Metric::kReplies],
                     row.tally[store::Metric::kOptOuts]});
  };
  std::stable_sort(rows.begin(), rows.end(),
                   [&weight](const auto& a, const auto& b) {
                     if (a.time_ms != b.time_ms) return a.time_ms < b.time_ms;
                     return weight(a) > weight(b);
                   });
}

class StatisticsService final
    : public admin::v1::StatisticsService::CallbackService {
 public:
  // `admin` must outlive it.
  explicit StatisticsService(AdminContext& admin) : admin_(admin) {}

  grpc::ServerUnaryReactor* GetStatistics(
      grpc::CallbackServerContext* context, const GetStatisticsRequest* request,
      GetStatisticsResponse* response) override {
    const filter::Language language = LanguageOf(*context);
    const auto get = [this, request, response, language](
                         const Key&, const StopAsked& stop) {
      return Get(*request, language, stop, *response);
    };
    return ServeLookup(admin_, context, Rpc::kGetStatistics, get);
  }

 private:
  absl::Status Get(const GetStatisticsRequest& request,
                   filter::Language language, const StopAsked& stop,
                   GetStatisticsResponse& response) const {
    SLUICE_RETURN_IF_ERROR(CheckRequest(request));
    const int64_t now_ms = admin_.store.NowMs();
    SLUICE_ASSIGN_OR_RETURN(const TimeRange times,
                            BegunTimeRangeOf(request, now_ms));
    const store::SnapshotPtr snapshot = admin_.store.snapshot();
    const filter::Registry& registry = *snapshot->registry;
    std::string only;
    if (!request.value().empty()) {
      SLUICE_ASSIGN_OR_RETURN(
          only, StoredValue(registry, request.dimension(), request.value()));
    }
    const bool agents =
        request.dimension() == admin::v1::STATISTICS_DIMENSION_AGENT;
    absl::StatusOr<store::StatAnswer> read = admin_.store.ReadStatistics(
        {StoredDimension(request.dimension()), times.from_ms,
         std::min(times.until_ms, now_ms + 1), StepOf(request.step()),
         agents ? "" : only},
        stop);
    if (absl::IsResourceExhausted(read.status())) {
      return InvalidField("start_time",
                          SayBoth("行数过多：请缩短时间",
                                  "too many rows: ask for a shorter time"));
    }
    if (!read.ok()) return read.status();
    store::StatAnswer& answer = *read;
    if (agents) answer.rows = OfAgents(registry, answer.rows);
    if (agents && !only.empty()) {
      std::erase_if(answer.rows,
                    [&only](const auto& row) { return row.value != only; });
    }
    Sort(answer.rows);
    const size_t limit =
        request.row_limit() == 0 ? kRowsDefault : request.row_limit();
    response.set_truncated(answer.rows.size() > limit);
    if (response.truncated()) answer.rows.resize(limit);
    size_t bytes = 0;
    for (const store::StatRow& row : answer.rows) {
      admin::v1::StatisticsRow& shown = *response.add_rows();
      shown = ShownRow(registry, request.dimension(), row, language);
      bytes += shown.ByteSizeLong();
      if (bytes < kBytesMax) continue;
      response.set_truncated(true);
      break;
    }
    SetTimestamp(answer.from_ms, *response.mutable_start_time());
    SetTimestamp(answer.until_ms, *response.mutable_end_time());
    response.set_behind(answer.behind);
    return absl::OkStatus();
  }

  AdminContext& admin_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeStatisticsService(AdminContext& admin) {
  return std::make_unique<StatisticsService>(admin);
}

}  // namespace sluice::gateway
