// sluicectl export: records as files for an office.

#include <string>
#include <utility>

#include "rules/base/status_macros.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/exports/export_file.h"
#include "tools/sluicectl/exports/export_source.h"
#include "tools/sluicectl/search_filters.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

struct MessageExport {
  OutFlags out;
  SearchFilters filters;
};

struct OptOutExport {
  OutFlags out;
  std::string from;
  std::string until;
  std::string content_provider;
  bool in_force = false;
};

struct RegistryExport {
  OutFlags out;
  std::string kind;
  std::string as_of;  // Empty: now.
};

struct PersonExport {
  OutFlags out;
  std::string number;
};

struct OperatorExport {
  OutFlags out;
  std::string from = "24h";
  std::string until;
  std::string recipient;
  std::string actor;
};

struct ReplyExport {
  OutFlags out;
  std::string from = "24h";
  std::string until;
  std::string number;
  bool unclaimed = false;
  bool review = false;
};

absl::StatusOr<int> ExportDecided(const Context& context,
                                  const MessageExport& flags,
                                  v1::Decision decision) {
  SLUICE_ASSIGN_OR_RETURN(admin::v1::SearchMessagesRequest request,
                          RequestOf(context, flags.filters));
  if (decision != v1::DECISION_UNSPECIFIED) request.set_decision(decision);
  return Export(context, flags.out,
                *MakeMessageSource(context, std::move(request)));
}

absl::StatusOr<int> ExportMessages(const Context& context,
                                   const MessageExport& flags) {
  return ExportDecided(context, flags, v1::DECISION_UNSPECIFIED);
}

absl::StatusOr<int> ExportRejections(const Context& context,
                                     const MessageExport& flags) {
  return ExportDecided(context, flags, v1::DECISION_REJECTED);
}

absl::StatusOr<int> ExportOptOuts(const Context& context,
                                  const OptOutExport& flags) {
  admin::v1::StreamOptOutsRequest request;
  TimeFlags times(context);
  request.mutable_start_time();  // The beginning, if not given.
  if (!flags.from.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_start_time(),
                            times.Past("--from", flags.from));
  }
  if (!flags.until.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_end_time(),
                            times.Past("--until", flags.until));
  }
  request.set_content_provider_id(flags.content_provider);
  request.set_in_force(flags.in_force);
  return Export(context, flags.out,
                *MakeOptOutSource(context, std::move(request)));
}

absl::StatusOr<int> ExportReplies(const Context& context,
                                  const ReplyExport& flags) {
  admin::v1::ListRepliesRequest request;
  admin::v1::ReplyFilter& filter = *request.mutable_filter();
  filter.set_unclaimed(flags.unclaimed);
  filter.set_review(flags.review);
  filter.set_sender(flags.number);
  TimeFlags times(context);
  SLUICE_ASSIGN_OR_RETURN(*filter.mutable_from_time(),
                          times.Past("--from", flags.from));
  if (!flags.until.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*filter.mutable_until_time(),
                            times.Past("--until", flags.until));
  }
  return Export(context, flags.out,
                *MakeReplySource(context, std::move(request)));
}

absl::StatusOr<int> ExportRegistry(const Context& context,
                                   const RegistryExport& flags) {
  admin::v1::ListPartiesRequest request;
  const auto kind = tools::ParseEnum<admin::v1::PartyKind>(flags.kind);
  if (!kind.ok()) return InFlag("KIND", kind.status());
  request.set_kind(*kind);
  TimeFlags times(context);
  SLUICE_ASSIGN_OR_RETURN(
      *request.mutable_as_of_time(),
      times.Past("--as-of", flags.as_of.empty() ? "0s" : flags.as_of));
  return Export(context, flags.out,
                *MakePartySource(context, std::move(request)));
}

absl::StatusOr<int> ExportPerson(const Context& context,
                                 const PersonExport& flags) {
  admin::v1::GetDossierRequest request;
  request.set_recipient(flags.number);
  return Export(context, flags.out,
                *MakePersonSource(context, std::move(request)));
}

absl::StatusOr<int> ExportOperators(const Context& context,
                                    const OperatorExport& flags) {
  admin::v1::ListOperatorActionsRequest request;
  request.set_recipient(flags.recipient);
  request.set_actor(flags.actor);
  TimeFlags times(context);
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_start_time(),
                          times.Past("--from", flags.from));
  if (!flags.until.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_end_time(),
                            times.Past("--until", flags.until));
  }
  return Export(context, flags.out,
                *MakeOperatorSource(context, std::move(request)));
}

void AddMessageFlags(tools::CommandLine& command, MessageExport& flags) {
  AddOutFlags(command, flags.out);
  AddFilterFlags(command, flags.filters);
}

void AddOptOutFlags(tools::CommandLine& command, OptOutExport& flags) {
  AddOutFlags(command, flags.out);
  command.Add("--from", flags.from,
              {"在这一时间或之后登记：时间，或多久以前；不写则从头开始",
               "Recorded at or after: a time, or how long ago; not given: from "
               "the beginning"});
  command.Add("--until", flags.until,
              {"在这一时间之前登记", "Recorded before"});
  command
      .Add("--content-provider", flags.content_provider,
           {"拒收该内容提供者的，编号或名称；不含拒收全部内容提供者的",
            "Of this content provider, by id or name; without those of all "
            "content providers"})
      .TypeName("ID");
  command.Add("--in-force", flags.in_force,
              {"只要仍然有效的", "Only those that are in force"});
}

void AddReplyFlags(tools::CommandLine& command, ReplyExport& flags) {
  AddOutFlags(command, flags.out);
  command
      .Add("--from", flags.from,
           {"从这一时间起收到的：时间，或多久以前",
            "Received at or after: a time, or how long ago"})
      .ShowDefault();
  command.Add("--until", flags.until,
              {"在这一时间之前收到的", "Received before"});
  command.Add("--number", flags.number,
              {"只看这个号码发来的", "Only from this number"});
  command.Add(
      "--unclaimed", flags.unclaimed,
      {"只看未作处理的上行回复", "Only replies that nothing was made of"});
  command.Add("--review", flags.review,
              {"只看需要人工查看的", "Only replies that a person should see"});
}

// A kind of records; reading personal data may need a reason.
template <typename Flags>
void AddKind(tools::CommandLine& group, Context& context,
             const std::string& name, const tools::HelpText& what,
             const tools::HelpText& example,
             void (*add_flags)(tools::CommandLine&, Flags&),
             absl::StatusOr<int> (*act)(const Context&, const Flags&)) {
  AddLookupReason(
      AddCommand<Flags>(group, context, name, what, example, add_flags, act),
      context);
}

void AddRegistryFlags(tools::CommandLine& command, RegistryExport& flags) {
  command
      .Add("KIND", flags.kind,
           {"类别：licensee、account、content-provider、signature、port、"
            "template，或其中文名",
            "Kind: licensee, account, content-provider, signature, port or "
            "template"})
      .Required();
  AddOutFlags(command, flags.out);
  command.Add("--as-of", flags.as_of,
              {"这一时间的登记：时间，或多久以前；不写则为现在",
               "As it was then: a time, or how long ago; not given: now"});
}

void AddPersonFlags(tools::CommandLine& command, PersonExport& flags) {
  command
      .Add("PHONE", flags.number,
           {"号码，可带国家代码、空格和“-”",
            "The number, with or without country code, spaces and dashes"})
      .Required();
  AddOutFlags(command, flags.out);
}

void AddOperatorFlags(tools::CommandLine& command, OperatorExport& flags) {
  AddOutFlags(command, flags.out);
  command
      .Add("--from", flags.from,
           {"从这一时间起的操作：时间，或多久以前",
            "Done at or after: a time, or how long ago"})
      .ShowDefault();
  command.Add("--until", flags.until,
              {"在这一时间之前的操作", "Done before this time"});
  command.Add("--recipient", flags.recipient,
              {"只看涉及这个号码的", "Only about this number"});
  command.Add(
      "--actor", flags.actor,
      {"由谁办理：姓名或密钥编号", "Done by: name of a person or id of a key"});
}

// What is no list of what happened to messages.
void AddOtherKinds(tools::CommandLine& group, Context& context) {
  AddKind<RegistryExport>(
      group, context, "registry",
      {"某一时间的登记，每条一行：当时全部端口及其归属，或账号、内容提供者等。",
       "The registry as it was at a time, one party a row: all ports and their "
       "owners, or accounts, content providers and so on."},
      "sluicectl export registry port --as-of 2026-10-01 --out ports.xlsx",
      AddRegistryFlags, ExportRegistry);
  AddKind<PersonExport>(
      group, context, "person",
      {"一个号码的全部记录，供答复本人的查阅请求：短信、上行回复、退订，每项一"
       "行，最新的在前。",
       "All records of a number, for a person who asks what is kept about him: "
       "messages, replies and opt-outs, one a row, newest first."},
      "sluicectl export person 13800138000 --out person.xlsx --lookup-reason "
      "\"request 2026-17\"",
      AddPersonFlags, ExportPerson);
  AddKind<OperatorExport>(
      group, context, "operators",
      {"谁查看或处理过什么、因何，每次操作一行。须用角色为 audit 或 admin 的密"
       "钥。",
       "Who has looked up or decided what and why, one action a row. Needs a "
       "key with the role audit or admin."},
      "sluicectl export operators --from 30d --out operators.xlsx",
      AddOperatorFlags, ExportOperators);
}

}  // namespace

void AddExport(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group = AddGroup(
      app, "export",
      {"把记录导出为文件：xlsx、CSV 或 JSON",
       "Records as files: xlsx, CSV, JSON"},
      "sluicectl export messages --class commercial --from 30d --out a.xlsx");
  AddKind<MessageExport>(
      group, context, "messages",
      {"一段时间内判定的短信，每条一行：发送和接收时间、双方号码、内容、类别、"
       "判定及原因。中断后再次执行同一命令，即从中断处继续。",
       "The messages decided in a time, one a row: times of sending and "
       "receipt, both numbers, text, class, decision and reasons. When it "
       "breaks "
       "off, the same command goes on where it stopped."},
      "sluicectl export messages --class commercial --from \"2026-10-01 "
      "00:00\" "
      "--until \"2026-11-01 00:00\" --content-provider shop --out october.xlsx",
      AddMessageFlags, ExportMessages);
  AddKind<MessageExport>(
      group, context, "rejections",
      {"同上，只含被拒绝的短信。", "The same for rejected messages only."},
      "sluicectl export rejections --from 7d --out rejections.csv --encoding "
      "gb18030",
      AddMessageFlags, ExportRejections);
  AddKind<OptOutExport>(
      group, context, "optouts",
      {"退订记录，每条一行：范围、来源、用户原话、登记人，以及是否已解除、依据"
       "是什么。按登记先后排列，存储的各分区依次列出。",
       "Opt-outs, one a row: scope, source, what the recipient wrote, who "
       "recorded it, and whether and on what ground it was removed. In the "
       "order in which they were recorded, one partition of the store after "
       "the other."},
      "sluicectl export optouts --in-force --out optouts.csv", AddOptOutFlags,
      ExportOptOuts);
  AddKind<ReplyExport>(
      group, context, "replies",
      {"上行回复（MO），最新的在前，并说明每条如何识读、停发了谁的营销短信。",
       "Replies (MO), the newest first, with what was made of each and whose "
       "advertising it stopped."},
      "sluicectl export replies --from 30d --out replies.xlsx", AddReplyFlags,
      ExportReplies);
  AddOtherKinds(group, context);
}

}  // namespace sluice::ctl
