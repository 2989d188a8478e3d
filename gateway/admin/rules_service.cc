#include "gateway/admin/rules_service.h"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "filter/explain.h"
#include "gateway/admin/admin_stream.h"
#include "gateway/admin/services.h"
#include "gateway/submit/submit_pipeline.h"
#include "gateway/versions/preview.h"
#include "gateway/wire/call_context.h"
#include "gateway/wire/duration.h"
#include "gateway/wire/message_view.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/token.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/market_zone.h"
#include "rules/base/status_macros.h"
#include "rules/match/match_tree.h"
#include "rules/rule_set.h"

namespace sluice::gateway {
namespace {

// How often a preview sends its progress.
constexpr absl::Duration kPreviewTells = absl::Milliseconds(200);
// A planned time further in the past is an error; otherwise it means now.
constexpr int64_t kPublishPastMsMax = 60'000;

void Fill(const rules::RuleSet& rules, admin::v1::RuleSetStatus& status) {
  status.set_rule_set(std::string(rules.id()));
  status.set_pack(rules.header().name());
  status.set_version(rules.header().version());
  status.set_title(rules.header().title());
  status.set_rules(static_cast<uint32_t>(rules.rules().size()));
  uint32_t words = rules.list_words();
  uint32_t patterns = 0;
  for (const rules::v1::ContentRule& rule : rules.rules()) {
    rules::ForEachSet(rule, "",
                      [&](const rules::PatternSet& set, const std::string&) {
                        words += static_cast<uint32_t>(set.words->size());
                        patterns += static_cast<uint32_t>(set.regexes->size());
                      });
  }
  status.set_words(words);
  status.set_patterns(patterns);
}

// What changes the rule set in force or soon replaces it: exemptions, blocks,
// automatic rollbacks, planned publications.
void FillChanges(const AdminContext& admin, const RuleBook& book,
                 admin::v1::RuleSetStatus& status) {
  status.set_exemptions(static_cast<uint32_t>(
      admin.control.ListExemptions(/*all=*/false).size()));
  status.set_blocks(
      static_cast<uint32_t>(admin.control.ListBlocks(/*all=*/false).size()));
  for (admin::v1::RuleVersion& version : book.Planned()) {
    *status.add_planned() = std::move(version);
  }
  for (admin::v1::RuleVersion& version : book.FailedPlans()) {
    *status.add_plans_failed() = std::move(version);
  }
  const auto registry = admin.store.snapshot()->registry;
  for (const RolledBackRule& one : admin.control.rolled_back()) {
    admin::v1::RolledBackRule& to = *status.add_rolled_back();
    to.set_rule(one.rollback.rule());
    const auto* provider =
        registry->Find(ContentProviderId{one.rollback.content_provider()});
    if (provider != nullptr) {
      to.set_content_provider_id(std::string(provider->id));
    }
    to.set_messages(one.rollback.messages());
    to.set_refused(one.rollback.refused());
    SetDuration(absl::Minutes(one.rollback.minutes()), *to.mutable_window());
    to.set_share_before(one.rollback.share_before());
    to.set_mode(one.rollback.mode());
    SetTimestamp(one.at_ms, *to.mutable_time());
  }
}

// Explains with the snapshot in force, `now`, but with the rules of `version`.
absl::StatusOr<admin::v1::ExplainTextResponse> ExplainBy(
    const CompiledVersion& version, const filter::Snapshot& now,
    const admin::v1::ExplainTextRequest& request, int64_t now_ms,
    filter::Language language) {
  filter::Snapshot snapshot = now;
  // Exemptions and automatic rollbacks apply to the rules in force only.
  if (version.rules != now.rules) snapshot.exemptions = nullptr;
  snapshot.rules = version.rules;
  snapshot.policy = version.policy;
  filter::Message message;
  Borrow(request.message(), message);
  std::vector<filter::VariableValue> values;
  for (const auto& [name, value] : request.message().variables()) {
    values.push_back({name, value});
  }
  message.variables = values;
  return filter::Explain(snapshot, request.account_id(), message, now_ms,
                         language);
}

// Puts the version that a call returned into the response, or returns its
// error.
absl::Status Take(absl::StatusOr<admin::v1::RuleVersion> version,
                  admin::v1::RuleVersion& response) {
  if (!version.ok()) return version.status();
  spdlog::info("rules: version {} ({}) is {}", version->number(),
               version->rule_set(), StateName(*version));
  response = *std::move(version);
  return absl::OkStatus();
}

absl::Status CheckPublishTime(int64_t at_ms, int64_t now_ms) {
  if (at_ms >= now_ms - kPublishPastMsMax) return absl::OkStatus();
  const auto text = [](int64_t ms) {
    return absl::FormatTime("%Y-%m-%d %H:%M:%S %Ez", absl::FromUnixMillis(ms),
                            MarketZone());
  };
  return InvalidField(
      "planned_time",
      SayBoth(
          "$0 已经过去：按服务器的时钟，现在是 $1；要立即发布，请不要给出时间",
          "$0 is in the past: by the server's clock it is $1. Leave "
          "publish_at out to publish now",
          text(at_ms), text(now_ms)));
}

}  // namespace

grpc::ServerUnaryReactor* RulesService::ReloadRules(
    grpc::CallbackServerContext* context,
    const admin::v1::ReloadRulesRequest* request,
    admin::v1::ReloadRulesResponse* response) {
  return ServeSlowly(
      admin_, context, Rpc::kReloadRules,
      [this, request, response](const Key& key, const StopAsked& stop) {
        SLUICE_RETURN_IF_ERROR(
            book_.Reload(folder_, {key.id, request->reason()}, stop));
        admin::v1::RuleSetStatus& status = *response->mutable_status();
        Fill(*admin_.control.rules(), status);
        FillChanges(admin_, book_, status);
        SLUICE_ASSIGN_OR_RETURN(const admin::v1::RuleVersion version,
                                book_.Find(0));
        status.set_number(version.number());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* RulesService::GetRuleSetStatus(
    grpc::CallbackServerContext* context,
    const admin::v1::GetRuleSetStatusRequest*,
    admin::v1::GetRuleSetStatusResponse* response) {
  return ServeNow(
      admin_, context, Rpc::kGetRuleSetStatus, [this, response](const Key&) {
        admin::v1::RuleSetStatus& status = *response->mutable_status();
        Fill(*admin_.control.rules(), status);
        FillChanges(admin_, book_, status);
        SLUICE_ASSIGN_OR_RETURN(const admin::v1::RuleVersion version,
                                book_.Find(0));
        status.set_number(version.number());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* RulesService::PutDraft(
    grpc::CallbackServerContext* context,
    const admin::v1::PutDraftRequest* request,
    admin::v1::PutDraftResponse* response) {
  return ServeSlowly(
      admin_, context, Rpc::kPutDraft,
      [this, request, response](const Key& key,
                                const StopAsked& stop) -> absl::Status {
        if (request->ByteSizeLong() > kCallBytesMax) {
          return WithReason(
              InvalidField(
                  "files",
                  SayBoth("共 $0 字节，最多 $1 字节", "$0 bytes, at most $1",
                          request->ByteSizeLong(), kCallBytesMax)),
              ErrorReason::kBatchTooLarge);
        }
        const PackFiles files(request->files().begin(), request->files().end());
        return Take(book_.Put(files, {key.id, request->reason()}, stop,
                              request->based_on()),
                    *response->mutable_version());
      });
}

grpc::ServerUnaryReactor* RulesService::ApproveVersion(
    grpc::CallbackServerContext* context,
    const admin::v1::ApproveVersionRequest* request,
    admin::v1::ApproveVersionResponse* response) {
  return ServeNow(admin_, context, Rpc::kApproveVersion,
                  [this, request, response](const Key& key) {
                    return Take(book_.Approve(request->number(),
                                              {key.id, request->reason()}),
                                *response->mutable_version());
                  });
}

grpc::ServerUnaryReactor* RulesService::PublishVersion(
    grpc::CallbackServerContext* context,
    const admin::v1::PublishVersionRequest* request,
    admin::v1::PublishVersionResponse* response) {
  return ServeSlowly(
      admin_, context, Rpc::kPublishVersion,
      [this, request, response](const Key& key,
                                const StopAsked& stop) -> absl::Status {
        int64_t at_ms = 0;
        if (request->has_planned_time()) {
          const auto at = TryMillisOf(request->planned_time());
          if (!at) {
            return InvalidField("planned_time",
                                SayBoth("不是时间", "not a time"));
          }
          at_ms = *at;
          SLUICE_RETURN_IF_ERROR(CheckPublishTime(at_ms, admin_.store.NowMs()));
        }
        return Take(
            book_.Publish(request->number(), at_ms, {key.id, request->reason()},
                          {.on_hits = request->accept_template_hits()
                                          ? OnTemplateHits::kAccept
                                          : OnTemplateHits::kRefuse,
                           .recheck = request->recheck_queued(),
                           .replaces = request->replaces()},
                          stop),
            *response->mutable_version());
      });
}

grpc::ServerUnaryReactor* RulesService::GetRecheckStatus(
    grpc::CallbackServerContext* context,
    const admin::v1::GetRecheckStatusRequest*,
    admin::v1::GetRecheckStatusResponse* response) {
  return ServeNow(admin_, context, Rpc::kGetRecheckStatus,
                  [this, response](const Key&) {
                    *response->mutable_recheck() = rechecker_.progress();
                    return absl::OkStatus();
                  });
}

grpc::ServerUnaryReactor* RulesService::RollbackRules(
    grpc::CallbackServerContext* context,
    const admin::v1::RollbackRulesRequest* request,
    admin::v1::RollbackRulesResponse* response) {
  return ServeNow(admin_, context, Rpc::kRollbackRules,
                  [this, request, response](const Key& key) {
                    return Take(book_.Rollback(request->number(),
                                               {key.id, request->reason()},
                                               request->recheck_queued()),
                                *response->mutable_version());
                  });
}

grpc::ServerUnaryReactor* RulesService::WithdrawVersion(
    grpc::CallbackServerContext* context,
    const admin::v1::WithdrawVersionRequest* request,
    admin::v1::WithdrawVersionResponse* response) {
  return ServeNow(admin_, context, Rpc::kWithdrawVersion,
                  [this, request, response](const Key& key) {
                    return Take(book_.Withdraw(request->number(),
                                               {key.id, request->reason()}),
                                *response->mutable_version());
                  });
}

grpc::ServerUnaryReactor* RulesService::ListVersions(
    grpc::CallbackServerContext* context,
    const admin::v1::ListVersionsRequest* request,
    admin::v1::ListVersionsResponse* response) {
  return ServeNow(admin_, context, Rpc::kListVersions,
                  [this, request, response](const Key&) {
                    SLUICE_ASSIGN_OR_RETURN(const size_t limit,
                                            PageSize(request->page_size()));
                    SLUICE_ASSIGN_OR_RETURN(const uint64_t before,
                                            PageNumber(TokenKind::kVersions,
                                                       request->page_token()));
                    std::vector<admin::v1::RuleVersion> found =
                        book_.History(static_cast<uint32_t>(before), limit + 1);
                    if (found.size() > limit) {
                      found.pop_back();
                      response->set_next_page_token(EncodeToken(
                          TokenKind::kVersions, {found.back().number()}));
                    }
                    for (admin::v1::RuleVersion& version : found) {
                      *response->add_versions() = std::move(version);
                    }
                    return absl::OkStatus();
                  });
}

grpc::ServerUnaryReactor* RulesService::GetVersion(
    grpc::CallbackServerContext* context,
    const admin::v1::GetVersionRequest* request,
    admin::v1::GetVersionResponse* response) {
  return ServeNow(admin_, context, Rpc::kGetVersion,
                  [this, request, response](const Key&) {
                    SLUICE_ASSIGN_OR_RETURN(*response->mutable_version(),
                                            book_.Find(request->number()));
                    return absl::OkStatus();
                  });
}

grpc::ServerUnaryReactor* RulesService::ExportVersion(
    grpc::CallbackServerContext* context,
    const admin::v1::ExportVersionRequest* request,
    admin::v1::ExportVersionResponse* response) {
  return ServeNow(admin_, context, Rpc::kExportVersion,
                  [this, request, response](const Key&) {
                    SLUICE_ASSIGN_OR_RETURN(*response->mutable_version(),
                                            book_.Find(request->number()));
                    SLUICE_ASSIGN_OR_RETURN(PackFiles files,
                                            book_.Export(response->version()));
                    for (admin::v1::PackFile& file : files) {
                      *response->add_files() = std::move(file);
                    }
                    return absl::OkStatus();
                  });
}

grpc::ServerUnaryReactor* RulesService::ExplainText(
    grpc::CallbackServerContext* context,
    const admin::v1::ExplainTextRequest* request,
    admin::v1::ExplainTextResponse* response) {
  const filter::Language language = LanguageOf(*context);
  return ServeSlowly(
      admin_, context, Rpc::kExplainText,
      [this, request, response, language](const Key&, const StopAsked& stop) {
        SLUICE_ASSIGN_OR_RETURN(const CompiledVersion version,
                                book_.Compile(request->number(), stop));
        SLUICE_ASSIGN_OR_RETURN(
            *response, ExplainBy(version, *admin_.store.snapshot(), *request,
                                 admin_.store.NowMs(), language));
        return absl::OkStatus();
      });
}

// With costs on the slow workers: measuring takes seconds, counting
// milliseconds.
grpc::ServerUnaryReactor* RulesService::GetStats(
    grpc::CallbackServerContext* context,
    const admin::v1::GetStatsRequest* request,
    admin::v1::GetStatsResponse* response) {
  Workers& workers = request->costs() ? admin_.slow_workers : admin_.workers;
  return Serve(admin_, workers, context, Rpc::kGetStats,
               [this, request, response](AdminCall& call) {
                 auto stats = statistics_.Stats(*request);
                 const absl::Status status = stats.status();
                 if (status.ok()) *response = *std::move(stats);
                 call.End(status);
               });
}

// Journaled like a search, because it reads texts.
grpc::ServerWriteReactor<admin::v1::PreviewVersionResponse>*
RulesService::PreviewVersion(grpc::CallbackServerContext* context,
                             const admin::v1::PreviewVersionRequest* request) {
  using Stream = AdminStream<admin::v1::PreviewVersionResponse>;
  return ServeStream<admin::v1::PreviewVersionResponse>(
      admin_, admin_.preview_workers, context, Rpc::kPreviewVersion,
      [this, request = *request](Stream& stream) -> absl::Status {
        SLUICE_RETURN_IF_ERROR(
            admin_.log
                .Note(stream.key(), Rpc::kPreviewVersion, Phone{},
                      absl::StrCat("version ", request.number()))
                .get());
        const StopAsked stop = stream.stop();
        SLUICE_ASSIGN_OR_RETURN(const CompiledVersion after,
                                book_.Compile(request.number(), stop));
        SLUICE_ASSIGN_OR_RETURN(const CompiledVersion before,
                                book_.Compile(request.against(), stop));
        admin::v1::PreviewVersionResponse response;
        absl::Time told = absl::Now();
        const auto progress = [&](double done, uint64_t messages) {
          response.set_done(done);
          response.set_messages(messages);
          if (absl::Now() - told < kPreviewTells) return !stop();
          told = absl::Now();
          return stream.Write(response);
        };
        SLUICE_ASSIGN_OR_RETURN(
            *response.mutable_result(),
            gateway::Preview(admin_.store, before, after, request, progress));
        response.set_done(1);
        response.set_messages(response.result().messages());
        return stream.Write(response) ? absl::OkStatus() : CallerGone();
      });
}

std::unique_ptr<grpc::Service> MakeRulesService(AdminContext& admin,
                                                RuleBook& book,
                                                Rechecker& rechecker,
                                                RuleStatistics& statistics,
                                                std::string folder) {
  return std::make_unique<RulesService>(admin, book, rechecker, statistics,
                                        std::move(folder));
}

}  // namespace sluice::gateway
