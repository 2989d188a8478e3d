#include "tools/sluicectl/dossier_text.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tools/lib/display_width.h"
#include "tools/lib/words.h"
#include "tools/lib/wrap.h"
#include "tools/sluicectl/call_names.h"
#include "tools/sluicectl/contact_text.h"
#include "tools/sluicectl/record_text.h"

namespace sluice::ctl {
namespace {

// Of "2026-01-31 10:00:00 +08:00".
constexpr size_t kDateSize = 10;
constexpr size_t kTimeAt = 11;
constexpr size_t kTimeSize = 8;

// A name of the API within a sentence: "已送达", "handed over".
template <typename Enum>
std::string InSentence(const Context& context, Enum value) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(context.Name(value)),
                             {{"_", " "}});
}

}  // namespace

std::string DossierText::Line(absl::string_view text, size_t indent) const {
  if (text.empty()) return "";
  // What goes on is indented under the beginning.
  const std::string line =
      absl::StrCat(std::string(indent, ' '), tools::Printable(text));
  return tools::WrapLines(line, context_.width, indent + 2) + "\n";
}

std::string DossierText::Title(const google::protobuf::Timestamp& time,
                               absl::string_view what) const {
  return absl::StrCat(context_.style.Bold(tools::TimeText(time)), "  ",
                      context_.style.Bold(tools::Printable(what)), "\n");
}

std::string DossierText::Scope(const admin::v1::OptOut& opt_out) {
  const std::string& who = opt_out.scope().content_provider_id();
  return context_.Say(
      "$0，来源 $1", "$0, source $1",
      who.empty() ? context_.Say("全部内容提供者", "all content providers")
                  : parties_.Provider(who, opt_out.create_time()),
      InSentence(context_, opt_out.source()));
}

std::string DossierText::Head(const admin::v1::GetDossierResponse& page) {
  std::string out =
      absl::StrCat(context_.style.Bold(page.recipient()),
                   context_.Say("  运营商 $0\n", "  carrier $0\n",
                                CarrierText(context_, page.carrier())));
  for (const admin::v1::OptOut& opt_out : page.opt_outs()) {
    absl::StrAppend(
        &out, "  ",
        context_.style.Warn(context_.Say("已退订：", "opted out: ")),
        context_.Say("$0，自 $1\n", "$0, since $1\n", Scope(opt_out),
                     tools::TimeText(opt_out.create_time())));
  }
  for (const admin::v1::OptOut& opt_out : page.past_opt_outs()) {
    absl::StrAppend(&out, PastOptOut(opt_out));
  }
  return out;
}

std::string DossierText::PastOptOut(const admin::v1::OptOut& opt_out) {
  const std::string who = keys_.Of(opt_out.remover());
  const std::string end =
      opt_out.correction_id().empty()
          ? context_.Say("由 $0 依据 $1 的同意撤销",
                         "reversed by $0 on a consent of $1", who,
                         tools::TimeText(opt_out.consent_time()))
          : context_.Say("由 $0 作为误登记更正", "corrected by $0 as a mistake",
                         who);
  return Line(context_.Say(
      "曾退订：$0，自 $1 至 $2，$3", "was opted out: $0, from $1 to $2, $3",
      Scope(opt_out), tools::TimeText(opt_out.create_time()),
      tools::TimeText(opt_out.remove_time()), end));
}

std::string DossierText::Lookups(const admin::v1::GetDossierResponse& page) {
  std::string out = absl::StrCat(
      context_.style.Bold(context_.Say("谁查过这个号码", "who looked it up")),
      "\n");
  if (!page.lookups_missing().empty()) {
    return absl::StrCat(out, Line(page.lookups_missing()));
  }
  if (page.lookups().empty()) {
    return absl::StrCat(out, Line(context_.Say("此前没有人查过",
                                               "nobody before this look-up")));
  }
  for (const admin::v1::OperatorAction& action : page.lookups()) {
    const std::string why =
        action.reason().empty()
            ? ""
            : context_.Say("，原因：$0", ", because: $0", action.reason());
    absl::StrAppend(
        &out, Line(context_.Say("$0  $1，$2$3", "$0  $1, $2$3",
                                tools::TimeText(action.action_time()),
                                keys_.Of(action.actor()),
                                CallText(context_, action.method()), why)));
  }
  return out;
}

// "共 3 条：第 1、2 条已送达，第 3 条未送达"; empty for a message of one part,
// or one of which nothing came.
std::string DossierText::Parts(const admin::v1::MessageRecord& message) {
  if (message.parts() < 2) return "";
  // What became of each part. An event of the whole message is one of each part
  // that the carrier has not reported.
  std::vector<v1::MessageState> last(message.parts(),
                                     v1::MESSAGE_STATE_UNSPECIFIED);
  for (const admin::v1::MessageEvent& event : message.events()) {
    for (uint32_t part = 1; part <= message.parts(); ++part) {
      v1::MessageState& state = last[part - 1];
      const bool reported = state == v1::MESSAGE_STATE_DELIVERED ||
                            state == v1::MESSAGE_STATE_UNDELIVERED;
      if (event.part() == part || (event.part() == 0 && !reported)) {
        state = event.state();
      }
    }
  }
  // The parts of each state, in the order of the parts.
  std::vector<std::pair<v1::MessageState, std::vector<uint32_t>>> fates;
  for (uint32_t part = 1; part <= message.parts(); ++part) {
    const v1::MessageState state = last[part - 1];
    if (state == v1::MESSAGE_STATE_UNSPECIFIED) continue;
    auto fate = std::find_if(fates.begin(), fates.end(), [&](const auto& one) {
      return one.first == state;
    });
    if (fate == fates.end()) fate = fates.insert(fate, {state, {}});
    fate->second.push_back(part);
  }
  if (fates.empty()) return "";
  std::vector<std::string> texts;
  for (const auto& [state, parts] : fates) {
    texts.push_back(context_.Say(
        "第 $0 条$1", parts.size() == 1 ? "part $0 $1" : "parts $0 $1",
        absl::StrJoin(parts, context_.Say("、", ", ")),
        InSentence(context_, state)));
  }
  return context_.Say("共 $0 条：$1", "$0 parts: $1", message.parts(),
                      absl::StrJoin(texts, context_.Say("，", "; ")));
}

// "云杉超市 (shop)，由账号 main 提交，代理商 甲 (a)，持证单位 乙 (lic)，端口
// p1，接入号 10690001，签名 s1".
std::string DossierText::Sender(const admin::v1::MessageRecord& message) {
  const auto& then = message.decide_time();
  const std::string provider =
      parties_.Provider(message.content_provider_id(), then);
  const std::string account = parties_.Account(message.account_id(), then);
  std::vector<std::string> parts;
  parts.push_back(
      provider.empty()
          ? context_.Say("由账号 $0 提交", "submitted by account $0", account)
          : context_.Say("$0，由账号 $1 提交", "$0, submitted by account $1",
                         provider, account));
  for (const std::string& agent : parties_.Agents(message.account_id(), then)) {
    parts.push_back(context_.Say("代理商 $0", "agent $0", agent));
  }
  if (!message.licensee_id().empty()) {
    parts.push_back(
        context_.Say("持证单位 $0", "licensee $0",
                     parties_.Licensee(message.licensee_id(), then)));
  }
  if (!message.port_id().empty()) {
    parts.push_back(context_.Say("端口 $0", "port $0", message.port_id()));
  }
  if (!message.access_number().empty()) {
    parts.push_back(
        context_.Say("接入号 $0", "from $0", message.access_number()));
  }
  if (!message.signature_id().empty()) {
    parts.push_back(
        context_.Say("签名 $0", "signature $0",
                     parties_.Signature(message.signature_id(), then)));
  }
  if (!message.campaign_id().empty()) {
    parts.push_back(
        context_.Say("群发批次 $0", "campaign $0", message.campaign_id()));
  }
  return absl::StrJoin(parts, context_.Say("，", ", "));
}

std::string DossierText::Event(const admin::v1::MessageRecord& message,
                               const admin::v1::MessageEvent& event) {
  const std::string decided = tools::TimeText(message.decide_time());
  const std::string time = tools::TimeText(event.time());
  const bool same_day =
      time.substr(0, kDateSize) == decided.substr(0, kDateSize) &&
      time.size() > kTimeAt;
  const std::string who = keys_.Of(event.actor());
  return Line(absl::StrCat(same_day ? time.substr(kTimeAt, kTimeSize) : time,
                           "  ", EventText(context_, event, who)),
              4);
}

std::string DossierText::Message(const admin::v1::MessageRecord& message) {
  std::string out =
      Title(message.decide_time(),
            context_.Say("$0短信，$1", "$0 message, $1",
                         InSentence(context_, message.message_class()),
                         InSentence(context_, message.state())));
  absl::StrAppend(&out, Line(Sender(message)));
  if (message.text().empty()) {
    absl::StrAppend(&out, Line(context_.Say("短信内容已按保留期限删除",
                                            "the text has been removed by "
                                            "retention")));
  } else {
    absl::StrAppend(&out,
                    Line(context_.Say("内容：$0", "text: $0", message.text())));
  }
  if (!message.sent_text().empty() && message.sent_text() != message.text()) {
    absl::StrAppend(&out, Line(context_.Say("实际发送：$0", "sent as: $0",
                                            message.sent_text())));
  }
  const auto add_reasons = [&](const auto& reasons, absl::string_view title) {
    for (const v1::Reason& reason : reasons) {
      const std::string words =
          InWords(reason, message.text(), context_.language);
      std::vector<std::string> grounds = {reason.code()};
      if (!absl::StrContains(words, reason.rule())) {
        grounds.push_back(reason.rule());
      }
      if (!reason.article().empty()) grounds.push_back(reason.article());
      absl::StrAppend(
          &out,
          Line(absl::StrCat(
              title, words,
              context_.Say("（$0）", " ($0)",
                           absl::StrJoin(grounds, context_.Say("，", ", "))))));
    }
  };
  add_reasons(message.reasons(), context_.Say("原因：", "reason: "));
  add_reasons(message.would_reasons(),
              context_.Say("仅观察：", "observed only: "));
  if (message.has_not_before_time()) {
    absl::StrAppend(
        &out, Line(context_.Say("最早发送时间 $0", "not sent before $0",
                                tools::TimeText(message.not_before_time()))));
  }
  absl::StrAppend(
      &out, Line(context_.Say(
                "短信 ID $0，$1", "message id $0, $1", message.message_id(),
                context_.Say("判定为$0", "decided: $0",
                             InSentence(context_, message.decision())))));
  if (!message.retry_of().empty()) {
    absl::StrAppend(&out, Line(context_.Say("重试自 $0", "retry of $0",
                                            message.retry_of())));
  }
  absl::StrAppend(&out, Line(Parts(message)));
  for (const admin::v1::MessageEvent& event : message.events()) {
    absl::StrAppend(&out, Event(message, event));
  }
  return out;
}

std::string DossierText::Reply(const v1::Reply& reply) {
  std::string made;
  if (reply.complaint()) made = context_.Say("，已记为投诉", ", a complaint");
  if (reply.opted_out()) {
    absl::StrAppend(&made, context_.Say("，已退订", ", opted out"));
  }
  std::string out = Line(context_.Say("发往 $0：$1", "to $0: $1",
                                      reply.access_number(), reply.text()));
  if (!reply.message_id().empty()) {
    absl::StrAppend(&out, Line(context_.Say("回复的短信 $0", "answers $0",
                                            reply.message_id())));
  }
  return context_.Say("号码的上行回复$0", "reply$0", made) + "\n" + out;
}

std::string DossierText::OptOut(const admin::v1::OptOut& opt_out) {
  std::string out = Line(context_.Say("退订 $0，登记人 $1", "opt-out $0, by $1",
                                      opt_out.id(), keys_.Of(opt_out.actor())));
  if (!opt_out.evidence().empty()) {
    absl::StrAppend(&out, Line(context_.Say("凭证：$0", "evidence: $0",
                                            opt_out.evidence())));
  }
  if (!opt_out.raw_reply().empty()) {
    absl::StrAppend(&out, Line(context_.Say("回复原文：$0", "reply: $0",
                                            opt_out.raw_reply())));
  }
  if (!opt_out.message_id().empty()) {
    absl::StrAppend(&out, Line(context_.Say("针对短信 $0", "about message $0",
                                            opt_out.message_id())));
  }
  if (!opt_out.import_id().empty()) {
    absl::StrAppend(
        &out, Line(context_.Say("导入 $0", "import $0", opt_out.import_id())));
  }
  return out;
}

std::string DossierText::Removed(const admin::v1::OptOut& removed) {
  const std::string who = keys_.Of(removed.remover());
  std::string out =
      Line(removed.correction_id().empty()
               ? context_.Say("退订 $0，撤销人 $1，依据 $2 的同意",
                              "opt-out $0, removed by $1, consent of $2",
                              removed.id(), who,
                              tools::TimeText(removed.consent_time()))
               : context_.Say("退订 $0，撤销人 $1，更正 $2",
                              "opt-out $0, removed by $1, correction $2",
                              removed.id(), who, removed.correction_id()));
  absl::StrAppend(&out, Line(context_.Say("凭证：$0", "proof: $0",
                                          removed.removal_proof())));
  return out;
}

std::string DossierText::Entry(const admin::v1::DossierEntry& entry) {
  switch (entry.what_case()) {
    case admin::v1::DossierEntry::kMessage:
      return Message(entry.message());
    case admin::v1::DossierEntry::kReply:
      return absl::StrCat(context_.style.Bold(tools::TimeText(entry.time())),
                          "  ", Reply(entry.reply()));
    case admin::v1::DossierEntry::kOptOut:
      return Title(entry.time(), context_.Say("退订：$0", "opt-out: $0",
                                              Scope(entry.opt_out()))) +
             OptOut(entry.opt_out());
    case admin::v1::DossierEntry::kOptOutRemoved:
      // Scope and source are in the entry of the opt-out itself.
      return Title(entry.time(),
                   entry.opt_out_removed().correction_id().empty()
                       ? context_.Say("撤销退订", "opt-out reversed")
                       : context_.Say("更正退订", "opt-out corrected")) +
             Removed(entry.opt_out_removed());
    case admin::v1::DossierEntry::kRefusalsCounted:
      return Title(entry.time(), context_.Say("拒绝", "rejected")) +
             Line(RefusalsText(context_, entry.refusals_counted(), parties_));
    default:
      return Title(
          entry.time(),
          context_.Say("未知的记录：sluicectl 与服务器的版本不同，请更新",
                       "unknown entry: sluicectl and the server are of "
                       "different versions, update them"));
  }
}

}  // namespace sluice::ctl
