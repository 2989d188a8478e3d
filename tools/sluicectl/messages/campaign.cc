// sluicectl campaign: nearly the same text to many numbers, and a person's
// decision about it.

#include <cstdint>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/campaigns.grpc.pb.h"
#include "sluice/admin/v1/holds.grpc.pb.h"
#include "tools/lib/bar.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/messages/hold.h"
#include "tools/sluicectl/party_names.h"

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

std::string StateText(const Context& context, v1::Decision decision) {
  switch (decision) {
    case v1::DECISION_HELD:
      return context.Say("待审", "held");
    case v1::DECISION_ACCEPTED:
      return context.Say("已放行", "released");
    case v1::DECISION_REJECTED:
      return context.Say("已拒绝", "rejected");
    default:
      return context.Name(decision);
  }
}

tools::Table CampaignTable(const Context& context) {
  return tools::Table(
      {{context.Say("编号", "id")},
       {context.Say("内容提供者", "content provider")},
       {context.Say("状态", "state")},
       {context.Say("起始", "since")},
       {context.Say("截止", "until")},
       {context.Say("短信数", "messages"), tools::Align::kRight},
       {context.Say("经办人", "by")},
       {context.Say("原因", "reason")},
       {context.Say("短信内容", "text"), tools::Align::kLeft, true}});
}

void AddCampaign(const Context& context, const admin::v1::Campaign& campaign,
                 KeyNames& names, PartyNames& parties, tools::Table& table) {
  table.AddRow({campaign.id(), parties.Provider(campaign.content_provider_id()),
                StateText(context, campaign.decision()),
                tools::TimeText(campaign.decide_time()),
                tools::TimeText(campaign.expire_time()),
                tools::Grouped(campaign.messages()),
                campaign.actor().empty() ? "-" : names.Of(campaign.actor()),
                campaign.reason().empty() ? "-" : campaign.reason(),
                campaign.sample().empty() ? "-" : campaign.sample()});
}

// The journal has the decisions; the counts are only in memory.
constexpr Words kCountedInMemory = {
    "短信数和短信内容从作出判定或 sluiced 启动时起记录。"
    "`sluicectl hold list --rule 编号 --texts` 显示待审的短信。",
    "Counts messages and keeps a text since the decision or since sluiced "
    "started. `sluicectl hold list --rule ID --texts` shows the held "
    "messages."};

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
  tools::Table table = CampaignTable(context);
  KeyNames names(context);
  PartyNames parties(context);
  for (const admin::v1::Campaign& campaign : response.campaigns()) {
    if (context.json) PrintJson(context.out, campaign);
    AddCampaign(context, campaign, names, parties, table);
  }
  if (context.json) return 0;
  if (response.campaigns().empty()) {
    context.out << context.Say(
        "现在没有待审、已放行或已拒绝的群发。\n",
        "No campaign is held, released or rejected now.\n");
    return 0;
  }
  context.out << table.Text(context.width);
  const bool unknown =
      absl::c_any_of(response.campaigns(),
                     [](const auto& one) { return one.sample().empty(); });
  if (unknown) context.out << kCountedInMemory.in(context.language) << "\n";
  return 0;
}

template <typename Request, typename Response>
using Method = grpc::Status (admin::v1::CampaignsService::Stub::*)(
    grpc::ClientContext*, const Request&, Response*);

// Whether messages of the campaign wait; also when the server does not say.
bool AnyHeld(const tools::Connection& connection, const std::string& id) {
  const auto stub = admin::v1::HoldsService::NewStub(connection.channel());
  admin::v1::ListHoldsRequest request;
  request.mutable_filter()->set_rule(id);
  request.set_page_size(1);
  admin::v1::ListHoldsResponse response;
  const absl::Status listed = connection.Call(
      *stub, &admin::v1::HoldsService::Stub::ListHolds, request, response);
  return !listed.ok() || !response.messages().empty() ||
         !response.next_page_token().empty();
}

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
    const Both what = BothOf(decided);
    return ErrorOf(
        absl::StatusCode::kNotFound,
        {absl::StrCat(what.in(Language::kChinese),
                      "；`sluicectl campaign list` 列出待审、已放行和已拒绝的"
                      "群发"),
         absl::StrCat(what.english,
                      "; `sluicectl campaign list` shows the campaigns that "
                      "are held, released or rejected")});
  }
  SLUICE_RETURN_IF_ERROR(decided);
  id = campaign.id();
  if (context.json) {
    PrintJson(context.out, campaign);
    return 0;
  }
  tools::Table table = CampaignTable(context);
  KeyNames names(context);
  PartyNames parties(context);
  AddCampaign(context, campaign, names, parties, table);
  context.out << table.Text(context.width);
  if (flags.yes || !flags.text.empty()) return 0;
  if (!AnyHeld(connection, campaign.id())) return 0;
  context.out << context.Say(
      "其待审短信仍在等待。请用 `sluicectl hold $0 --rule $1` 处理，或加上 "
      "--yes "
      "重复本命令。\n",
      "Its held messages still wait. Decide them with `sluicectl hold $0 "
      "--rule $1`, or repeat this command with --yes.\n",
      campaign.decision() == v1::DECISION_REJECTED ? "reject" : "release",
      campaign.id());
  return 0;
}

// Decides about the campaign and also judges its held messages.
template <typename Request, typename Response>
absl::StatusOr<int> DecideAll(const Context& context,
                              const CampaignFlags& flags,
                              Method<Request, Response> method, bool reject) {
  if (flags.id.empty() == flags.text.empty()) {
    return ErrorOf(
        absl::StatusCode::kInvalidArgument,
        SayBoth("请给出群发的编号，或 --content-provider 和 --text",
                "name the campaign by its ID, or by --content-provider and "
                "--text"));
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
  command.Add("ID", flags.id,
              {"群发的编号，由 `campaign list` 显示",
               "The campaign's id, as `campaign list` shows it"});
  command.Add("--content-provider", flags.content_provider,
              {"代替编号：由谁发送", "Instead of an id: who sends the text"});
  command.Add("--text", flags.text,
              {"代替编号：将要发送的短信内容；判定适用于所有与它近似的短信",
               "Instead of an id: the text as it will be sent; the decision "
               "is about all that are nearly like it"});
  command
      .Add("--reason", flags.reason, {"原因，记入日志", "Why, for the journal"})
      .Required();
  command
      .Add("--hours", flags.hours,
           {"判定有效的小时数；此后从零重新计数（默认 24）",
            "Hours that the decision is valid; afterwards counting starts "
            "again at zero (default 24)"})
      .Between(1, 720);
  command.Add("--yes", flags.yes,
              {"同时处理其现有的待审短信",
               "Also decides its messages that are held now"});
}

}  // namespace

void AddCampaign(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group =
      AddGroup(app, "campaign",
               {"群发：近似的短信发往许多号码，作为整体待审和判定",
                "Campaigns: nearly the same text to many numbers, held and "
                "decided as a whole"},
               "sluicectl campaign list");
  AddCommand<CampaignFlags>(
      group, context, "list",
      Both{absl::StrCat("现在待审、已放行或已拒绝的群发，最新的在前。",
                        kCountedInMemory.chinese),
           absl::StrCat("Campaigns that are held, released or rejected now, "
                        "the newest first. ",
                        kCountedInMemory.english)},
      "sluicectl campaign list",
      [](tools::CommandLine& command, CampaignFlags& flags) {
        command
            .Add("--limit", flags.limit,
                 {"最多显示的群发数（默认 100）",
                  "Campaigns to show at most (default 100)"})
            .Between(1, 1000);
      },
      List);
  AddCommand<CampaignFlags>(
      group, context, "release",
      {"放行群发此后的短信；加上 --yes 则连同待审的短信。短信发送之前也可以放"
       "行：其后都不会待审。",
       "Releases further messages of a campaign; with --yes, also its held "
       "messages. A text may be released before it is sent: then none of it "
       "is held."},
      {"sluicectl campaign release 3-9f3ac07712de0045 --reason \"已知的促销"
       "\"\n"
       "  sluicectl campaign release --content-provider shop --text \"【云杉"
       "超市】周末水果八折\" --reason \"已知的促销\" --hours 72",
       "sluicectl campaign release 3-9f3ac07712de0045 --reason \"known "
       "sale\"\n"
       "  sluicectl campaign release --content-provider shop --text \"【云杉"
       "超市】周末水果八折\" --reason \"known sale\" --hours 72"},
      AddDecideFlags, Release);
  AddCommand<CampaignFlags>(
      group, context, "reject",
      {"拒绝群发此后的短信；加上 --yes 则连同待审的短信。",
       "Rejects further messages of a campaign; with --yes, also its held "
       "messages."},
      {"sluicectl campaign reject 3-9f3ac07712de0045 --reason 诈骗 --hours "
       "720",
       "sluicectl campaign reject 3-9f3ac07712de0045 --reason fraud --hours "
       "720"},
      AddDecideFlags, Reject);
}

}  // namespace sluice::ctl
