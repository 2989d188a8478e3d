// sluicectl optout: opt-outs of recipients, one at a time.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/opt_outs.grpc.pb.h"
#include "tools/lib/patience.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/party_names.h"

namespace sluice::ctl {
namespace {

struct OptOutFlags {
  std::string number;
  std::string content_provider;
  std::string signature;
  std::vector<std::string> classes;
  std::string source = "officer";
  std::string evidence;
  std::string proof;
  std::string consented;
};

void AddScopeFlags(tools::CommandLine& command, OptOutFlags& flags) {
  command.Add("PHONE", flags.number, {"接收号码", "The recipient's number"})
      .Required();
  command.Add("--content-provider", flags.content_provider,
              {"退订哪个内容提供者的短信。默认为全部",
               "The content provider whose messages the recipient opts out "
               "of. Default: all"});
  command.Add("--signature", flags.signature,
              {"只退订该内容提供者以这个签名发送的短信",
               "Only messages under this signature of the content provider"});
  command
      .Add("--class", flags.classes,
           {"退订的短信类别。默认为 commercial 和 consent_request",
            "Message classes of the opt-out. Default: commercial and "
            "consent_request"})
      .OneValueEach();
}

absl::StatusOr<admin::v1::OptOutScope> ScopeOf(const OptOutFlags& flags) {
  admin::v1::OptOutScope scope;
  scope.set_content_provider_id(flags.content_provider);
  scope.set_signature_id(flags.signature);
  for (const std::string& name : flags.classes) {
    const auto message_class = tools::ParseEnum<v1::MessageClass>(name);
    if (!message_class.ok()) return InFlag("--class", message_class.status());
    scope.add_classes(*message_class);
  }
  return scope;
}

// An opt-out that names no classes is of these.
std::string ClassesText(const Context& context,
                        const admin::v1::OptOutScope& scope) {
  std::vector<std::string> classes;
  for (const int value : scope.classes()) {
    classes.push_back(context.Name(static_cast<v1::MessageClass>(value)));
  }
  if (classes.empty()) {
    classes = {context.Name(v1::MESSAGE_CLASS_COMMERCIAL),
               context.Name(v1::MESSAGE_CLASS_CONSENT_REQUEST)};
  }
  return absl::StrJoin(classes, context.Say("、", ", "));
}

std::string ScopeText(const Context& context,
                      const admin::v1::OptOutScope& scope,
                      PartyNames& parties) {
  return absl::StrCat(
      scope.content_provider_id().empty()
          ? context.Say("全部内容提供者", "all content providers")
          : parties.Provider(scope.content_provider_id()),
      scope.signature_id().empty() ? "" : " / ",
      parties.Signature(scope.signature_id()), context.Say("：", ": "),
      ClassesText(context, scope));
}

std::string EvidenceText(const Context& context,
                         const admin::v1::OptOut& opt_out) {
  const std::string& evidence =
      opt_out.evidence().empty() ? opt_out.raw_reply() : opt_out.evidence();
  if (opt_out.import_id().empty()) return evidence;
  return absl::StrCat(evidence, evidence.empty() ? "" : context.Say("，", ", "),
                      context.Say("导入 $0", "import $0", opt_out.import_id()));
}

std::string StateText(const Context& context,
                      const admin::v1::OptOut& opt_out) {
  if (!opt_out.has_remove_time()) return context.Say("生效中", "in force");
  const std::string when = tools::TimeText(opt_out.remove_time());
  const std::string& proof = opt_out.removal_proof();
  return opt_out.correction_id().empty()
             ? context.Say("已撤销，$0：$1", "reversed $0: $1", when, proof)
             : context.Say("已更正，$0：$1", "corrected $0: $1", when, proof);
}

// Who removed it, and by what: the recipient's consent or a correction.
std::string RemoverText(const Context& context,
                        const admin::v1::OptOut& opt_out, KeyNames& names) {
  if (!opt_out.has_remove_time()) return "-";
  const std::string who = names.Of(opt_out.remover());
  return opt_out.correction_id().empty()
             ? context.Say("$0，依据 $1 的同意", "$0, consent of $1", who,
                           tools::TimeText(opt_out.consent_time()))
             : context.Say("$0，更正 $1", "$0, correction $1", who,
                           opt_out.correction_id());
}

template <typename OptOuts>
void PrintOptOuts(const Context& context, const OptOuts& opt_outs) {
  tools::Table table(
      {{context.Say("编号", "id")},
       {context.Say("号码", "number")},
       {context.Say("时间", "time")},
       {context.Say("来源", "source")},
       {context.Say("退订范围", "refuses")},
       {context.Say("凭证", "evidence"), tools::Align::kLeft, true},
       {context.Say("登记人", "by")},
       {context.Say("状态", "state"), tools::Align::kLeft, true},
       {context.Say("撤销人", "removed by")}});
  KeyNames names(context);
  PartyNames parties(context);
  for (const admin::v1::OptOut& opt_out : opt_outs) {
    table.AddRow(
        {opt_out.id(), opt_out.recipient(),
         tools::TimeText(opt_out.create_time()), context.Name(opt_out.source()),
         ScopeText(context, opt_out.scope(), parties),
         EvidenceText(context, opt_out), names.Of(opt_out.actor()),
         StateText(context, opt_out), RemoverText(context, opt_out, names)});
  }
  context.out << table.Text(context.width);
}

absl::StatusOr<int> Add(const Context& context, const OptOutFlags& flags) {
  admin::v1::AddOptOutRequest request;
  request.set_recipient(flags.number);
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_scope(), ScopeOf(flags));
  const auto source = tools::ParseEnum<admin::v1::OptOutSource>(flags.source);
  if (!source.ok()) return InFlag("--source", source.status());
  request.set_source(*source);
  request.set_evidence(flags.evidence);
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::OptOutsService::NewStub(connection.channel());
  admin::v1::AddOptOutResponse response;
  SLUICE_RETURN_IF_ERROR(tools::CallPatiently(connection, [&] {
    response.Clear();
    return connection.Call(*stub, &admin::v1::OptOutsService::Stub::AddOptOut,
                           request, response);
  }));
  if (context.json) {
    PrintJson(context.out, response);
    return 0;
  }
  context.out << (response.existed()
                      ? context.Say("该退订此前已生效。\n",
                                    "The opt-out was already in force.\n")
                      : context.Say(
                            "退订已生效：此后范围内的短信不再发往运营商。\n",
                            "The opt-out is in force: from now on no message "
                            "in its scope goes to a carrier.\n"))
              << context.Say("取消了 $0 条等待发送的短信。\n",
                             response.cancelled() == 1
                                 ? "$0 waiting message was cancelled.\n"
                                 : "$0 waiting messages were cancelled.\n",
                             response.cancelled());
  PrintOptOuts(context, std::vector<admin::v1::OptOut>{response.opt_out()});
  return 0;
}

absl::StatusOr<int> Remove(const Context& context, const OptOutFlags& flags) {
  admin::v1::RemoveOptOutRequest request;
  request.set_recipient(flags.number);
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_scope(), ScopeOf(flags));
  request.set_proof(flags.proof);
  const auto consented = tools::ParsePastTime(flags.consented, absl::Now());
  if (!consented.ok()) return InFlag("--consented", consented.status());
  *request.mutable_consent_time() = tools::ToTimestamp(*consented);
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::OptOutsService::NewStub(connection.channel());
  admin::v1::RemoveOptOutResponse response;
  SLUICE_RETURN_IF_ERROR(
      connection.Call(*stub, &admin::v1::OptOutsService::Stub::RemoveOptOut,
                      request, response));
  if (context.json) {
    PrintJson(context.out, response);
    return 0;
  }
  context.out << context.Say("撤销了 $0 条退订。\n",
                             response.removed_size() == 1
                                 ? "$0 opt-out was reversed.\n"
                                 : "$0 opt-outs were reversed.\n",
                             response.removed_size());
  PrintOptOuts(context, response.removed());
  return 0;
}

absl::StatusOr<int> Lookup(const Context& context, const OptOutFlags& flags) {
  admin::v1::LookupOptOutsRequest request;
  request.set_recipient(flags.number);
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::OptOutsService::NewStub(connection.channel());
  admin::v1::LookupOptOutsResponse response;
  do {
    admin::v1::LookupOptOutsResponse page;
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &admin::v1::OptOutsService::Stub::LookupOptOuts, request, page));
    request.set_page_token(page.next_page_token());
    response.MergeFrom(page);
  } while (!request.page_token().empty());
  response.clear_next_page_token();
  if (context.json) {
    PrintJson(context.out, response);
  } else if (response.opt_outs().empty()) {
    context.out << context.Say("这个号码没有退订。\n",
                               "This number has no opt-out.\n");
  } else {
    PrintOptOuts(context, response.opt_outs());
  }
  return 0;
}

void AddOptOutAddFlags(tools::CommandLine& command, OptOutFlags& flags) {
  AddScopeFlags(command, flags);
  command
      .Add("--source", flags.source,
           {"reply、complaint、hotline_12321、carrier、regulator、officer 或 "
            "import",
            "reply, complaint, hotline_12321, carrier, regulator, officer or "
            "import"})
      .ShowDefault();
  command.Add(
      "--evidence", flags.evidence,
      {"凭证：文件、来电或工单", "The evidence: a document, call or ticket"});
}

void AddOptOutRemoveFlags(tools::CommandLine& command, OptOutFlags& flags) {
  AddScopeFlags(command, flags);
  command
      .Add("--proof", flags.proof,
           {"后来的同意：是什么，记录存放在何处",
            "The later consent: what it is and where its record is kept"})
      .Required();
  command
      .Add("--consented", flags.consented,
           {"同意的时间", "When that consent was given"})
      .Required();
}

}  // namespace

void AddOptOut(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group = AddGroup(
      app, "optout",
      {"用户的退订（第十八条）", "Opt-outs of recipients (article 18)"},
      "sluicectl optout lookup 13800138000");
  AddCommand<OptOutFlags>(
      group, context, "add",
      {"登记退订。服务器应答之后，其范围内的短信不再发往运营商。",
       "Records an opt-out. Once the server answers, no message in its scope "
       "goes to a carrier."},
      {"sluicectl optout add 13800138000 --content-provider shop --source "
       "complaint --evidence \"来电 2026-118\"",
       "sluicectl optout add 13800138000 --content-provider shop --source "
       "complaint --evidence \"call 2026-118\""},
      AddOptOutAddFlags, Add);
  AddOptOutImport(group, context);
  AddCommand<OptOutFlags>(
      group, context, "remove",
      {"依据用户本人后来的同意撤销退订。退订仍留在日志中。误登记的退订不需要"
       "同意：`optout correct`。",
       "Reverses an opt-out on the recipient's own later consent. The "
       "opt-out stays in the journal. One that was recorded by mistake needs "
       "no consent: `optout correct`."},
      {"sluicectl optout remove 13800138000 --content-provider shop --proof "
       "\"网页表单 2026-33\" --consented \"2026-01-31 10:00\"",
       "sluicectl optout remove 13800138000 --content-provider shop --proof "
       "\"web form 2026-33\" --consented \"2026-01-31 10:00\""},
      AddOptOutRemoveFlags, Remove);
  AddOptOutCorrect(group, context);
  AddLookupReason(AddCommand<OptOutFlags>(
                      group, context, "lookup",
                      {"一个号码的全部退订，已撤销的也在内。",
                       "All opt-outs of a number, including reversed ones."},
                      "sluicectl optout lookup \"138 0013 8000\" --json",
                      [](tools::CommandLine& command, OptOutFlags& flags) {
                        command
                            .Add("PHONE", flags.number,
                                 {"接收号码", "The recipient's number"})
                            .Required();
                      },
                      Lookup),
                  context);
}

}  // namespace sluice::ctl
