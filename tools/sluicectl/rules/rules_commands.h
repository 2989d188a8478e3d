#pragma once

// Declarations shared by the commands of `sluicectl rules`. One file for each
// part of an officer's work: rules_life.cc takes a version from draft to
// publication; rules_versions.cc lists versions and rules_diff.cc compares
// them; rules_folder.cc and rules_edit.cc work on a folder; rules_explain.cc
// and rules_preview.cc apply rules to texts; rules_stats.cc shows their hits;
// rules_approve.cc shows a draft before it is approved; rules_exempt.cc makes
// exemptions and rules_block.cc blocks.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/rules.grpc.pb.h"
#include "tools/lib/connection.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

void AddRulesLife(tools::CommandLine& group, Context& context);
void AddRulesVersions(tools::CommandLine& group, Context& context);
void AddRulesDiff(tools::CommandLine& group, Context& context);
void AddRulesFolder(tools::CommandLine& group, Context& context);
void AddRulesEdit(tools::CommandLine& group, Context& context);
void AddRulesExplain(tools::CommandLine& group, Context& context);
void AddRulesPreview(tools::CommandLine& group, Context& context);
void AddRulesStats(tools::CommandLine& group, Context& context);
void AddRulesExempt(tools::CommandLine& group, Context& context);
void AddRulesBlock(tools::CommandLine& group, Context& context);
void AddRulesApprove(tools::CommandLine& group, Context& context);

// Adds where versions are listed to the error of one that there is not.
absl::Status WithVersions(const absl::Status& status);

// Calls a method of RulesService.
template <typename Request, typename Response>
absl::Status CallRules(const Context& context,
                       grpc::Status (admin::v1::RulesService::Stub::*method)(
                           grpc::ClientContext*, const Request&, Response*),
                       const Request& request, Response& response) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::RulesService::NewStub(connection.channel());
  return WithVersions(connection.Call(*stub, method, request, response));
}

// Allows more time for a call that compiles a pack, which takes half a minute
// for 100,000 words, unless --timeout is given.
Context Patiently(const Context& context);

// "version 4 (cn-2015@ruyim7k)".
std::string NameOf(const admin::v1::RuleVersion& version,
                   Language language = Language::kEnglish);
// "in force", "draft", ...
std::string StateText(const Context& context,
                      const admin::v1::RuleVersion& version);
// "`sluicectl rules history` shows every version and its state."
Both HistoryHint();
// The next step after a refused call. `allowed` are the states in which the
// call is allowed, and `next` is the step if the version is in one of them.
Both NextInstead(const Context& context, uint32_t number,
                 const std::vector<admin::v1::RuleVersionState>& allowed,
                 const Both& next);
// Prints the version, its state and a person's next step.
void PrintVersion(const Context& context,
                  const admin::v1::RuleVersion& version);

}  // namespace sluice::ctl
