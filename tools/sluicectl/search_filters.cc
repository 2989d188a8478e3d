#include "tools/sluicectl/search_filters.h"

#include "rules/base/status_macros.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

// When, by whom, to whom.
void AddWhoFlags(tools::CommandLine& command, SearchFilters& flags) {
  command
      .Add("--from", flags.from,
           {"从这一时间起判定的：时间（不写时差则为北京时间，+08:00），或多久以"
            "前",
            "Decided at or after: a time (+08:00 unless it has an offset), or "
            "how long ago"})
      .ShowDefault();
  command.Add("--until", flags.until,
              {"在这一时间之前判定的，写法同上",
               "Decided before; written the same way"});
  command.Add("--account", flags.account,
              {"账号，编号或名称", "Account, by id or name"});
  command.Add("--content-provider", flags.content_provider,
              {"内容提供者，编号或名称", "Content provider, by id or name"});
  command.Add("--signature", flags.signature,
              {"签名，编号或名称", "Signature, by id or name"});
  command.Add("--port", flags.port,
              {"端口号，编号、号码或别名", "Port, by id, number or alias"});
  command.Add("--access-number", flags.access_number,
              {"完整的接入号", "The whole access number"});
  command.Add("--recipient", flags.recipient,
              {"号码，可直接粘贴", "Number, as pasted"});
  command.Add("--recipient-as-submitted", flags.recipient_as_submitted,
              {"提交时的无效号码：短号码如 10086、伪码",
               "A number that is not valid, as submitted: a short number such "
               "as 10086, a pseudonym"});
  command.Add("--carrier", flags.carrier,
              {"接收号码的运营商：mobile、unicom、telecom 或 broadnet",
               "The number's carrier: mobile, unicom, telecom or broadnet"});
}

// What it was, and what became of it.
void AddWhatFlags(tools::CommandLine& command, SearchFilters& flags) {
  command
      .Add("--word", flags.words,
           {"短信内容中有这个词，不分大小写、全半角和简繁体；可重复，须全部"
            "都有",
            "The text has this word, in any case, width and Chinese "
            "script; may be repeated: all of them"})
      .OneValueEach();
  command.Add("--class", flags.message_class, kClassHelp);
  command.Add("--campaign", flags.campaign, {"群发", "The campaign"});
  command.Add("--message-key", flags.message_key,
              {"提交方给出的去重键（key）", "The key that the sender gave"});
  command.Add("--client-ref", flags.client_ref,
              {"提交方给出的备注（client_ref）",
               "The client_ref that the sender gave"});
  command.Add("--decision", flags.decision,
              {"accepted、deferred、held、rejected 或 undecided",
               "accepted, deferred, held, rejected or undecided"});
  command.Add("--state", flags.state,
              {"现在的状态，如 delivered 或 undelivered",
               "The state now, such as delivered or undelivered"});
  command.Add("--reason", flags.reason,
              {"原因中有这个代码", "Has this code among its reasons"});
  command.Add("--observed", flags.observed,
              {"在仅观察的原因中查找 --reason；不给 --reason 则查找有任何仅观"
               "察原因的短信",
               "Search the observed reasons for --reason; without --reason: "
               "messages with any observed reason"});
  command.Add(
      "--rule", flags.rule,
      {"原因中有这条规则、阈值或限额。只计分的规则请给出其阈值",
       "Has this rule, threshold or limit among its reasons. For a rule that "
       "only scores, give its threshold"});
  command.Add("--carrier-code", flags.carrier_code,
              {"运营商的应答或状态报告为这个代码，如 8 或 MK:0008",
               "The carrier answered or reported with this code, such as 8 "
               "or MK:0008"});
}

// The value of a flag. Errors: kInvalidArgument, naming the flag.
template <typename Enum>
absl::StatusOr<Enum> EnumOf(absl::string_view flag, const std::string& text) {
  if (text.empty()) return static_cast<Enum>(0);
  const absl::StatusOr<Enum> value = tools::ParseEnum<Enum>(text);
  if (!value.ok()) return InFlag(flag, value.status());
  return value;
}

absl::Status ReadEnums(const SearchFilters& flags,
                       admin::v1::SearchMessagesRequest& request) {
  SLUICE_ASSIGN_OR_RETURN(const auto decision,
                          EnumOf<v1::Decision>("--decision", flags.decision));
  SLUICE_ASSIGN_OR_RETURN(
      const auto message_class,
      EnumOf<v1::MessageClass>("--class", flags.message_class));
  SLUICE_ASSIGN_OR_RETURN(const auto state,
                          EnumOf<v1::MessageState>("--state", flags.state));
  SLUICE_ASSIGN_OR_RETURN(const auto carrier, EnumOf<admin::v1::Carrier>(
                                                  "--carrier", flags.carrier));
  request.set_decision(decision);
  request.set_message_class(message_class);
  request.set_state(state);
  request.set_carrier(carrier);
  return absl::OkStatus();
}

}  // namespace

void AddFilterFlags(tools::CommandLine& command, SearchFilters& filters) {
  AddWhoFlags(command, filters);
  AddWhatFlags(command, filters);
}

absl::StatusOr<admin::v1::SearchMessagesRequest> RequestOf(
    const Context& context, const SearchFilters& flags) {
  admin::v1::SearchMessagesRequest request;
  TimeFlags times(context);
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_start_time(),
                          times.Past("--from", flags.from));
  if (!flags.until.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_end_time(),
                            times.Past("--until", flags.until));
  }
  SLUICE_RETURN_IF_ERROR(ReadEnums(flags, request));
  request.set_account_id(flags.account);
  request.set_content_provider_id(flags.content_provider);
  request.set_recipient(flags.recipient);
  request.set_reason(flags.reason);
  request.set_rule(flags.rule);
  request.set_observed(flags.observed);
  request.set_carrier_code(flags.carrier_code);
  request.set_port_id(flags.port);
  request.set_access_number(flags.access_number);
  request.set_signature_id(flags.signature);
  request.set_campaign_id(flags.campaign);
  request.set_key(flags.message_key);
  request.set_client_ref(flags.client_ref);
  request.set_recipient_as_submitted(flags.recipient_as_submitted);
  for (const std::string& word : flags.words) request.add_words(word);
  return request;
}

}  // namespace sluice::ctl
