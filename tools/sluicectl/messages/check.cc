// sluicectl check: Submit's answer for one text, with its hits marked.

#include <string>
#include <vector>

#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/v1/gateway.grpc.pb.h"
#include "tools/lib/control_characters.h"
#include "tools/lib/display_width.h"
#include "tools/lib/highlight.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/contact_text.h"
#include "tools/sluicectl/messages/made_text.h"
#include "tools/sluicectl/record_text.h"

namespace sluice::ctl {
namespace {

struct CheckFlags {
  std::string text;
  std::string to;
  std::string message_class;
  std::string sender;
  std::string on_behalf_of;
  std::string campaign;
  std::string template_id;
  std::vector<std::string> variables;
};

void AddFlags(tools::CommandLine& command, CheckFlags& flags) {
  command.Add("TEXT", flags.text,
              {"短信内容；- 表示标准输入。用 --template 时可以不给",
               "The text; - reads standard input. May be left out with "
               "--template"});
  command.Add("--to", flags.to, {"接收号码", "The recipient's number"})
      .Required();
  command.Add("--class", flags.message_class,
              {"verification、notice、commercial、consent_request 或 "
               "public_interest；用 --template 时可以不给",
               "verification, notice, commercial, consent_request or "
               "public_interest. May be left out with --template"});
  command.Add("--sender", flags.sender,
              {"端口号的别名或接入号", "Port alias or access number"});
  command.Add("--on-behalf-of", flags.on_behalf_of,
              {"内容提供者；账号有多个时须给出",
               "The content provider, when the account has several"});
  command.Add("--campaign", flags.campaign, {"群发", "The campaign"});
  command.Add("--template", flags.template_id,
              {"生成短信的模板", "The template that the text is made from"});
  command
      .Add("--variable", flags.variables,
           {"模板的变量及其值，写成 变量=值；可重复",
            "NAME=VALUE of the template; may be repeated"})
      .OneValueEach();
}

tools::Table ReasonTable(const Context& context) {
  return tools::Table(
      {{context.Say("原因", "reason")},
       {context.Say("依据", "basis")},
       {context.Say("条款", "article")},
       {context.Say("规则", "rule")},
       {context.Say("字段", "field")},
       {context.Say("说明", "in words"), tools::Align::kLeft, true}});
}

// Only requirements of the law or a carrier have an article.
std::string ArticleText(const Context& context, const v1::Reason& reason) {
  if (!reason.article().empty()) return reason.article();
  return reason.basis() == v1::BASIS_POLICY
             ? "-"
             : context.Say("未核实", "not confirmed");
}

void AddReasons(const Context& context,
                const google::protobuf::RepeatedPtrField<v1::Reason>& reasons,
                const MadeText& made, tools::Table& table) {
  for (const v1::Reason& reason : reasons) {
    table.AddRow({reason.code(), context.Name(reason.basis()),
                  ArticleText(context, reason), reason.rule(),
                  made.FieldOf(reason),
                  InWords(reason, made.text, context.language)});
  }
}

// As the dossier names it: 中国移动.
std::string CarrierOf(const Context& context, const std::string& name) {
  const auto carrier = tools::ParseEnum<admin::v1::Carrier>(name);
  return carrier.ok() ? CarrierText(context, *carrier) : name;
}

void PrintVerdict(const Context& context, const MadeText& made,
                  const v1::Verdict& verdict) {
  const tools::Style& style = context.style;
  const std::string decision = context.Name(verdict.decision());
  context.out << (verdict.decision() == v1::DECISION_ACCEPTED
                      ? style.Good(decision)
                      : style.Bad(decision));
  if (verdict.decision() == v1::DECISION_DEFERRED) {
    context.out << context.Say("至 $0", " until $0",
                               tools::TimeText(verdict.not_before()));
  }
  context.out << context.Say(
      "  分 $0 条，接入号 $1，运营商 $2，规则集 $3\n\n",
      "  parts $0, sender $1, carrier $2, rules $3\n\n", verdict.parts(),
      verdict.access_number().empty() ? "-" : verdict.access_number(),
      verdict.carrier().empty() ? context.Say("未知", "unknown")
                                : CarrierOf(context, verdict.carrier()),
      verdict.rule_set());
  if (!verdict.template_id().empty()) {
    context.out << context.Say(
        "属于模板 $0：其固定文字中已接受的命中不拦截本条短信\n\n",
        "Made from template $0: hits that were accepted in its fixed text do "
        "not count\n\n",
        style.Bold(verdict.template_id()));
  }
  std::vector<v1::Reason> reasons(verdict.reasons().begin(),
                                  verdict.reasons().end());
  reasons.insert(reasons.end(), verdict.would_reasons().begin(),
                 verdict.would_reasons().end());
  const size_t width = context.width == 0 ? 100 : context.width;
  if (!made.text.empty()) {
    const size_t size = tools::SplitGlyphs(made.text).size();
    context.out << tools::Highlight(made.text, tools::MarkHits(reasons, size),
                                    style, width);
  }
  if (!verdict.reasons().empty()) {
    tools::Table table = ReasonTable(context);
    AddReasons(context, verdict.reasons(), made, table);
    context.out << "\n" << table.Text(context.width);
  }
  if (!verdict.would_reasons().empty()) {
    tools::Table table = ReasonTable(context);
    AddReasons(context, verdict.would_reasons(), made, table);
    context.out << "\n"
                << style.Bold(context.Say("仅观察，未强制执行",
                                          "Observed, not enforced"))
                << "\n"
                << table.Text(context.width);
  }
}

absl::Status SetClassAndTemplate(const CheckFlags& flags,
                                 v1::OutgoingMessage& message) {
  const bool named = !flags.template_id.empty();
  if (flags.text.empty() && !named) {
    return ErrorOf(
        absl::StatusCode::kInvalidArgument,
        SayBoth("没有短信内容：请作为参数给出，或用 --template 给出模板",
                "no text: give it as an argument, or name a --template"));
  }
  message.set_template_id(flags.template_id);
  for (const std::string& variable : flags.variables) {
    const size_t equals = variable.find('=');
    if (!named || equals == std::string::npos) {
      return ErrorOf(
          absl::StatusCode::kInvalidArgument,
          SayBoth("--variable：请以“变量=值”给出 --template 的变量，如 "
                  "code=482913",
                  "--variable: write NAME=VALUE for a variable of "
                  "--template, such as code=482913"));
    }
    (*message.mutable_variables())[variable.substr(0, equals)] =
        variable.substr(equals + 1);
  }
  if (flags.message_class.empty() && named) return absl::OkStatus();
  SLUICE_ASSIGN_OR_RETURN(const v1::MessageClass message_class,
                          ReadClass(flags.message_class));
  message.set_message_class(message_class);
  return absl::OkStatus();
}

absl::StatusOr<int> Check(const Context& context, const CheckFlags& flags) {
  v1::SubmitRequest request;
  v1::OutgoingMessage& message = *request.add_messages();
  message.set_text(ReadText(context, flags.text));
  message.set_recipient(flags.to);
  message.set_sender(flags.sender);
  message.set_on_behalf_of(flags.on_behalf_of);
  message.set_campaign_id(flags.campaign);
  SLUICE_RETURN_IF_ERROR(SetClassAndTemplate(flags, message));
  if (const auto found = tools::FindControl(message)) {
    return WithField(ErrorOf(absl::StatusCode::kInvalidArgument,
                             tools::ControlFault(*found)),
                     found->path);
  }

  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = v1::GatewayService::NewStub(connection.channel());
  v1::SubmitResponse response;
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *stub, &v1::GatewayService::Stub::Check, request, response));
  if (response.verdicts_size() != 1) {
    return ErrorOf(absl::StatusCode::kInternal,
                   SayBoth("服务器的应答中没有判定",
                           "the server's answer has no verdict"));
  }
  if (context.json) {
    PrintJson(context.out, response.verdicts(0));
    return 0;
  }
  const absl::StatusOr<MadeText> made = MakeText(connection, message);
  PrintVerdict(context, made.value_or(MadeText()), response.verdicts(0));
  if (!made.ok()) {
    context.out
        << context.style.Dim(context.Say(
               "由模板生成的短信内容，只有可以查看登记簿的密钥（角色 "
               "officer、complaints、audit）才能看到。",
               "The text made from the template is shown only to keys that "
               "may read the registry: officer, complaints, audit."))
        << "\n";
  }
  return 0;
}

}  // namespace

void AddCheck(tools::CommandLine& app, Context& context) {
  AddCommand<CheckFlags>(
      app, context, "check",
      {"显示现在提交这条短信会得到的判定，并标出其中的命中。不记录，也不发"
       "送。需要角色为 submit 的密钥。",
       "Shows the verdict that Submit would give for a text now, and marks "
       "the hits in the text. Records and sends nothing. Needs a key with "
       "the role submit."},
      "sluicectl check \"【小店】全场五折，拒收请回复R\" --to 13800138000 "
      "--class commercial\n"
      "  sluicectl check --template otp --variable code=482913 --to "
      "13800138000",
      AddFlags, Check);
}

}  // namespace sluice::ctl
