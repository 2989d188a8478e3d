#include "gateway/rules_service.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "filter/base/status_macros.h"
#include "filter/policy.h"
#include "rules/match_tree.h"
#include "rules/rule_set.h"

namespace sluice::gateway {
namespace {

void Fill(const rules::RuleSet& rules, v1::RuleSetStatus& status) {
  status.set_rule_set(std::string(rules.id()));
  status.set_pack(rules.header().name());
  status.set_version(rules.header().version());
  status.set_title(rules.header().title());
  status.set_rules(static_cast<uint32_t>(rules.rules().size()));
  uint32_t words = rules.list_words();
  uint32_t patterns = 0;
  for (const v1::ContentRule& rule : rules.rules()) {
    rules::ForEachSet(rule, "",
                      [&](const rules::PatternSet& set, const std::string&) {
                        words += static_cast<uint32_t>(set.words->size());
                        patterns += static_cast<uint32_t>(set.regexes->size());
                      });
  }
  status.set_words(words);
  status.set_patterns(patterns);
}

// For the log: the set's id and what is in it.
std::string Describe(const rules::RuleSet& rules) {
  v1::RuleSetStatus status;
  Fill(rules, status);
  return absl::StrCat(status.rule_set(), " (", status.pack(), " ",
                      status.version(), ": ", status.rules(), " rules, ",
                      status.words(), " words, ", status.patterns(),
                      " patterns)");
}

absl::Status Load(ControlState& control, const std::string& folder,
                  const Actor& actor) {
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<const rules::RuleSet> rules,
                          rules::RuleSet::Load(folder));
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<const filter::Policy> policy,
                          filter::Policy::Build(*rules));
  return control.PublishRules(std::move(rules), std::move(policy), actor);
}

}  // namespace

absl::Status ReloadRules(ControlState& control, const std::string& folder,
                         const Actor& actor) {
  const std::string before = Describe(*control.rules());
  const absl::Status status = Load(control, folder, actor);
  if (status.ok()) {
    spdlog::info("rule pack read again by {}: was {}, now {}", actor.key_id,
                 before, Describe(*control.rules()));
    return status;
  }
  spdlog::error("rule pack read again by {} and refused: {} stays in force",
                actor.key_id, before);
  for (const absl::string_view fault : absl::StrSplit(status.message(), '\n')) {
    spdlog::error("{}", std::string(fault));
  }
  return status;
}

grpc::ServerUnaryReactor* RulesService::Reload(
    grpc::CallbackServerContext* context, const v1::ReloadRequest* request,
    v1::RuleSetStatus* response) {
  const auto reload = [this, request, response](const Key& key) {
    const absl::Status status =
        ReloadRules(office_.control, folder_, {key.id, request->reason()});
    if (status.ok()) Fill(*office_.control.rules(), *response);
    return status;
  };
  return ServeNow(office_, context, Rpc::kRulesReload, reload);
}

grpc::ServerUnaryReactor* RulesService::Status(
    grpc::CallbackServerContext* context, const v1::RuleSetStatusRequest*,
    v1::RuleSetStatus* response) {
  const auto status = [this, response](const Key&) {
    Fill(*office_.control.rules(), *response);
    return absl::OkStatus();
  };
  return ServeNow(office_, context, Rpc::kRulesStatus, status);
}

}  // namespace sluice::gateway
