// sluicectl campaign: nearly the same text to many numbers, and a person's
// decision about it.

#include <cstdint>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/campaigns.grpc.pb.h"
#include "tools/lib/bar.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/messages/hold.h"

namespace sluice::ctl {
namespace {

struct CampaignFlags {
  std::string id;
  std::string content_provider;
  std::string text;
  std::string reason;
  uint32_t hours = 0;
  uint32_t limit = 0;
  bool yes = false;
};

std::string StateText(v1::Decision decision) {
  switch (decision) {
    case v1::DECISION_HELD:
      return "held";
    case v1::DECISION_ACCEPTED:
      return "released";
    case v1::DECISION_REJECTED:
      return "rejected";
    default:
      return tools::ShortName(decision);
  }
}

tools::Table CampaignTable() {
  return tools::Table({{"id"},
                       {"content provider"},
                       {"state"},
                       {"since"},
                       {"until"},
                       {"messages", tools::Align::kRight},
                       {"by"},
                       {"reason"},
                       {"text", tools::Align::kLeft, true}});
}

void AddCampaign(const admin::v1::Campaign& campaign, KeyNames& names,
                 tools::Table& table) {
  table.AddRow({campaign.id(), campaign.content_provider_id(),
                StateText(campaign.decision()),
                tools::TimeText(campaign.decide_time()),
                tools::TimeText(campaign.expire_time()),
                tools::Grouped(campaign.messages()),
                campaign.actor().empty() ? "-" : names.Of(campaign.actor()),
                campaign.reason().empty() ? "-" : campaign.reason(),
                campaign.sample().empty() ? "-" : campaign.sample()});
}

// The journal has the decisions; the counts are only in memory.
constexpr char kCountedInMemory[] =
    "Counts messages and keeps a text since the decision or since sluiced "
    "started. `sluicectl hold list --rule ID --texts` shows the held messages.";

absl::StatusOr<int> List(const Context& context, const CampaignFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::CampaignsService::NewStub(connection.channel());
  admin::v1::ListCampaignsRequest request;
  request.set_page_size(flags.limit);
  admin::v1::ListCampaignsResponse response;
  SLUICE_RETURN_IF_ERROR(
      connection.Call(*stub, &admin::v1::CampaignsService::Stub::ListCampaigns,
                      request, response));
  tools::Table table = CampaignTable();
  KeyNames names(context);
  for (const admin::v1::Campaign& campaign : response.campaigns()) {
    if (context.json) PrintJson(context.out, campaign);
    AddCampaign(campaign, names, table);
  }
  if (context.json) return 0;
  if (response.campaigns().empty()) {
    context.out << "No campaign is held, released or rejected now.\n";
    return 0;
  }
  context.out << table.Text(context.width);
  const bool unknown =
      absl::c_any_of(response.campaigns(),
                     [](const auto& one) { return one.sample().empty(); });
  if (unknown) context.out << kCountedInMemory << "\n";
  return 0;
}

template <typename Request, typename Response>
using Method = grpc::Status (admin::v1::CampaignsService::Stub::*)(
    grpc::ClientContext*, const Request&, Response*);

template <typename Request, typename Response>
absl::StatusOr<int> Decide(const Context& context, const CampaignFlags& flags,
                           Method<Request, Response> method, std::string& id) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::CampaignsService::NewStub(connection.channel());
  Request request;
  request.set_id(flags.id);
  request.set_content_provider_id(flags.content_provider);
  request.set_text(flags.text);
  request.set_reason(flags.reason);
  if (flags.hours != 0) {
    request.mutable_duration()->set_seconds(int64_t{3600} * flags.hours);
  }
  Response response;
  const absl::Status decided =
      connection.Call(*stub, method, request, response);
  const admin::v1::Campaign& campaign = response.campaign();
  if (decided.code() == absl::StatusCode::kNotFound) {
    return absl::NotFoundError(
        absl::StrCat(decided.message(),
                     "; `sluicectl campaign list` shows the campaigns that are "
                     "held, released or rejected"));
  }
  SLUICE_RETURN_IF_ERROR(decided);
  id = campaign.id();
  if (context.json) {
    PrintJson(context.out, campaign);
    return 0;
  }
  tools::Table table = CampaignTable();
  KeyNames names(context);
  AddCampaign(campaign, names, table);
  context.out << table.Text(context.width);
  if (flags.yes || !flags.text.empty()) return 0;
  context.out
      << "Its held messages still wait. Decide them with `sluicectl hold "
      << (campaign.decision() == v1::DECISION_REJECTED ? "reject" : "release")
      << " --rule " << campaign.id()
      << "`, or repeat this command with --yes.\n";
  return 0;
}

// Decides about the campaign and also judges its held messages.
template <typename Request, typename Response>
absl::StatusOr<int> DecideAll(const Context& context,
                              const CampaignFlags& flags,
                              Method<Request, Response> method, bool reject) {
  if (flags.id.empty() == flags.text.empty()) {
    return absl::InvalidArgumentError(
        "name the campaign by its ID, or by --content-provider and --text");
  }
  std::string id;
  SLUICE_ASSIGN_OR_RETURN(const int decided,
                          Decide(context, flags, method, id));
  if (!flags.yes) return decided;
  return JudgeHeldBy(context, id, flags.reason, reject);
}

absl::StatusOr<int> Release(const Context& context,
                            const CampaignFlags& flags) {
  return DecideAll(context, flags,
                   &admin::v1::CampaignsService::Stub::ReleaseCampaign,
                   /*reject=*/false);
}

absl::StatusOr<int> Reject(const Context& context, const CampaignFlags& flags) {
  return DecideAll(context, flags,
                   &admin::v1::CampaignsService::Stub::RejectCampaign,
                   /*reject=*/true);
}

void AddDecideFlags(tools::CommandLine& command, CampaignFlags& flags) {
  command.Add("ID", flags.id, "The campaign's id, as `campaign list` shows it");
  command.Add("--content-provider", flags.content_provider,
              "Instead of an id: who sends the text");
  command.Add("--text", flags.text,
              "Instead of an id: the text as it will be sent; the decision is "
              "about all that are nearly like it");
  command.Add("--reason", flags.reason, "Why, for the journal").Required();
  command
      .Add("--hours", flags.hours,
           "Hours that the decision is valid; afterwards counting starts again "
           "at zero (default 24)")
      .Between(1, 720);
  command.Add("--yes", flags.yes,
              "Also decides its messages that are held now");
}

}  // namespace

void AddCampaign(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group =
      AddGroup(app, "campaign",
               "Campaigns: nearly the same text to many numbers, held and "
               "decided as a whole",
               "sluicectl campaign list");
  AddCommand<CampaignFlags>(
      group, context, "list",
      absl::StrCat("Campaigns that are held, released or rejected now, the "
                   "newest first. ",
                   kCountedInMemory),
      "sluicectl campaign list",
      [](tools::CommandLine& command, CampaignFlags& flags) {
        command
            .Add("--limit", flags.limit,
                 "Campaigns to show at most (default 100)")
            .Between(1, 1000);
      },
      List);
  AddCommand<CampaignFlags>(
      group, context, "release",
      "Releases further messages of a campaign; with --yes, also its held "
      "messages. A text may be released before it is sent: then none of it is "
      "held.",
      "sluicectl campaign release 3-9f3ac07712de0045 --reason \"known sale\"\n"
      "  sluicectl campaign release --content-provider shop --text "
      "\"【云杉超市】周末水果八折\" --reason \"known sale\" --hours 72",
      AddDecideFlags, Release);
  AddCommand<CampaignFlags>(
      group, context, "reject",
      "Rejects further messages of a campaign; with --yes, also its held "
      "messages.",
      "sluicectl campaign reject 3-9f3ac07712de0045 --reason fraud --hours 720",
      AddDecideFlags, Reject);
}

}  // namespace sluice::ctl
