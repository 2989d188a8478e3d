#include "tools/bench_run/rule_change.h"

#include <algorithm>
#include <future>

#include "absl/time/clock.h"
#include "rules/base/status_macros.h"
#include "rules/pack/pack_files.h"
#include "sluice/admin/v1/rules.grpc.pb.h"

namespace sluice::bench {
namespace {

constexpr char kReason[] = "measured";
// After this time the load has reached its rate.
constexpr absl::Duration kRunUp = absl::Milliseconds(500);
constexpr int kPublications = 8;
constexpr absl::Duration kPause = absl::Milliseconds(200);

Waits WaitsOf(const load::LoadResult& result) {
  return {absl::ToDoubleMilliseconds(result.latency.Percentile(0.5)),
          absl::ToDoubleMilliseconds(result.latency.Percentile(0.999)),
          absl::ToDoubleMilliseconds(result.latency.max())};
}

class Officer {
 public:
  explicit Officer(const tools::Connection& connection)
      : connection_(connection),
        stub_(admin::v1::RulesService::NewStub(connection.channel())) {}

  absl::StatusOr<uint32_t> PutDraft(const std::string& folder) {
    admin::v1::PutDraftRequest request;
    SLUICE_ASSIGN_OR_RETURN(const rules::PackFiles files,
                            rules::ReadPackFiles(folder));
    for (const admin::v1::PackFile& file : files) *request.add_files() = file;
    admin::v1::PutDraftResponse response;
    SLUICE_RETURN_IF_ERROR(
        Call(&admin::v1::RulesService::Stub::PutDraft, request, response));
    return response.version().number();
  }

  absl::Status Approve(uint32_t number) {
    admin::v1::ApproveVersionRequest request;
    request.set_number(number);
    return Call(&admin::v1::RulesService::Stub::ApproveVersion, request);
  }

  absl::Status Publish(uint32_t number) {
    admin::v1::PublishVersionRequest request;
    request.set_number(number);
    return Call(&admin::v1::RulesService::Stub::PublishVersion, request);
  }

  // Rolls back to version `number`; 0: to the previous version.
  absl::Status Rollback(uint32_t number) {
    admin::v1::RollbackRulesRequest request;
    request.set_number(number);
    return Call(&admin::v1::RulesService::Stub::RollbackRules, request);
  }

 private:
  template <typename Request, typename Response>
  using Method = grpc::Status (admin::v1::RulesService::Stub::*)(
      grpc::ClientContext*, const Request&, Response*);

  template <typename Request, typename Response>
  absl::Status Call(Method<Request, Response> method, Request request,
                    Response& response) {
    request.set_reason(kReason);
    grpc::ClientContext context;
    connection_.Prepare(context, /*stream=*/true);
    return connection_.Explain(
        ((*stub_).*method)(&context, request, &response));
  }
  template <typename Request, typename Response>
  absl::Status Call(Method<Request, Response> method, Request request) {
    Response response;
    return Call(method, std::move(request), response);
  }

  const tools::Connection& connection_;
  const std::unique_ptr<admin::v1::RulesService::Stub> stub_;
};

// Runs `load` and `work` at the same time. Fails when `work` ends after the
// load: then not all of it was measured.
absl::StatusOr<Waits> LoadBeside(
    const std::function<absl::StatusOr<load::LoadResult>()>& load,
    const std::function<absl::Status()>& work) {
  auto working = std::async(std::launch::async, [&work] {
    absl::SleepFor(kRunUp);
    return work();
  });
  const absl::StatusOr<load::LoadResult> result = load();
  const bool in_time =
      working.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  SLUICE_RETURN_IF_ERROR(working.get());
  SLUICE_RETURN_IF_ERROR(result.status());
  if (!in_time) {
    return absl::DeadlineExceededError(
        "changing the rules took longer than the load beside it: give more "
        "--seconds");
  }
  return WaitsOf(*result);
}

}  // namespace

absl::StatusOr<RuleChange> MeasureRuleChange(
    const tools::Connection& connection, const std::string& folder,
    const std::function<absl::StatusOr<load::LoadResult>()>& load) {
  Officer officer(connection);
  RuleChange change;
  SLUICE_ASSIGN_OR_RETURN(const load::LoadResult quiet, load());
  change.quiet = WaitsOf(quiet);
  change.rate = quiet.PerSecond();
  change.messages = 3 * quiet.messages;

  uint32_t draft = 0;
  const auto put = [&]() -> absl::Status {
    const absl::Time begin = absl::Now();
    SLUICE_ASSIGN_OR_RETURN(draft, officer.PutDraft(folder));
    change.compile_seconds = absl::ToDoubleSeconds(absl::Now() - begin);
    return officer.Approve(draft);
  };
  SLUICE_ASSIGN_OR_RETURN(change.compiling, LoadBeside(load, put));

  // Publishes and rolls back in turn, because a draft is published only once.
  const auto publish = [&]() -> absl::Status {
    for (; change.publications < kPublications; ++change.publications) {
      const absl::Time begin = absl::Now();
      SLUICE_RETURN_IF_ERROR(
          change.publications == 0
              ? officer.Publish(draft)
              : officer.Rollback(change.publications % 2 == 0 ? draft : 0));
      change.publish_ms = std::max(
          change.publish_ms, absl::ToDoubleMilliseconds(absl::Now() - begin));
      absl::SleepFor(kPause);
    }
    return absl::OkStatus();
  };
  SLUICE_ASSIGN_OR_RETURN(change.publishing, LoadBeside(load, publish));
  return change;
}

}  // namespace sluice::bench
