#include "filter/sentence.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "filter/templates/template_fault.h"
#include "rules/base/check.h"

namespace sluice::filter {
namespace {

// In the order of ReasonCode.
constexpr Words kSentences[] = {
    {"接收号码不是有效的电话号码。",
     "The recipient is not a valid phone number."},
    {"不允许向此类号码发送短信。",
     "Messages to this kind of number are not allowed."},
    {"短信内容为空。", "The text is empty."},
    {"短信内容超过1000个字符。", "The text is longer than 1,000 characters."},
    {"短信内容不是有效的UTF-8编码。", "The text is not valid UTF-8."},
    {"字段取值不符合要求。", "A field has an invalid value."},
    {"该内容提供者没有可用的发送端口。",
     "The content provider has no port to send this message from."},
    {"接入号（端口号加扩展码）超过长度上限。",
     "The access number (port and extension) is too long."},
    {"同一消息标识已用于发往该号码的另一条不同短信。",
     "The key was already used for a different message to this recipient."},
    {"无法确定适用的法规。", "The applicable law cannot be determined."},
    {"不允许向该国家或地区发送短信。",
     "Messages to this country or region are not allowed."},
    {"未登记有效的电信业务经营许可证。",
     "No valid telecom licence is registered for the licensee."},
    {"持证经营者的电信业务经营许可证已过有效期。",
     "The licensee's telecom licence has expired."},
    {"电信业务经营许可证的覆盖范围不包括该端口的接入地。",
     "The telecom licence does not cover the place where the port is "
     "connected."},
    {"发送方当前不得发送短信。", "The sending party may not send."},
    {"该接入号未登记。", "The access number is not registered."},
    {"该端口不属于此内容提供者。",
     "The port does not belong to this content provider."},
    {"该端口已停用。", "The port is suspended."},
    {"该端口登记的用途不包括此类短信。",
     "The port is not registered for messages of this class."},
    {"该端口已分配给其他持证经营者，不得转租使用。",
     "The port is assigned to another licensee and must not be sublet."},
    {"短信没有【签名】。", "The message has no 【signature】."},
    {"签名格式不正确，应置于文首并使用全角括号【】。",
     "The signature is malformed: it must be a name in full-width brackets "
     "【】 at the start of the text."},
    {"该内容提供者没有登记此签名。",
     "The content provider has not registered this signature."},
    {"签名的登记已失效。",
     "The signature's registration is no longer in force."},
    {"没有可用的模板。", "The message has no usable template."},
    {"短信内容与模板不符。", "The text does not match its template."},
    {"未注明短信类别。", "The message class is not given."},
    {"短信内容与申报的类别不符。",
     "The text does not fit the declared message class."},
    {"含有法律法规禁止的内容。",
     "The text contains content that the law prohibits."},
    {"含有本平台不予发送的内容。",
     "The text contains content that this provider does not send."},
    {"相近内容大批量发送，须先经人工审核。",
     "Nearly the same text goes to many recipients and waits for a person's "
     "review."},
    {"该批群发短信已由审核人员停止发送。",
     "A reviewer has stopped this campaign."},
    {"含有未报备的链接。", "The text contains a link that is not filed."},
    {"含有短链接。", "The text contains a shortened link."},
    {"链接或联系方式超过数量上限。",
     "The text contains too many links or contacts."},
    {"含有未报备的联系方式。",
     "The text contains a contact that is not filed."},
    {"商业性短信未说明退订方式。",
     "A commercial message does not tell the recipient how to opt out."},
    {"退订用语不规范，或不在文末。",
     "The opt-out wording is not an accepted one, or is not at the end of the "
     "text."},
    {"正文要求回复的内容与退订指令相同。",
     "The text asks for a reply that is an opt-out word."},
    {"该端口无法接收上行短信，接收者不能退订。",
     "The port receives no replies, so recipients cannot opt out."},
    {"接收号码在禁发名单中。", "The recipient is on a never-send list."},
    {"接收者已退订。", "The recipient has opted out."},
    {"接收者已投诉，不再向其发送此类短信。",
     "The recipient has complained and is sent no more messages of this kind."},
    {"没有接收者同意接收的记录。",
     "There is no record of the recipient's consent."},
    {"接收者的同意已过有效期。", "The recipient's consent has expired."},
    {"接收者同意的范围不包括此类内容。",
     "The recipient's consent does not cover this category."},
    {"超过接收者同意的发送频次。",
     "The message exceeds the frequency that the recipient agreed to."},
    {"征求同意的短信未说明拟发送短信的类型、频次和期限。",
     "The request for consent does not state the type, frequency and period of "
     "the messages."},
    {"不得再次向该号码发送相同或相似的征求同意短信。",
     "The same or a similar request for consent was already sent and must not "
     "be repeated."},
    {"缺少接收者同意的证明材料。",
     "Evidence of the recipient's consent is missing."},
    {"不在允许的发送时段内。", "The time is outside the send hours."},
    {"超过发送频次限制。", "The message exceeds a frequency limit."},
    {"向该号码重复发送相同内容。",
     "The same content was already sent to this recipient."},
    {"短信无法在有效期内发送。",
     "The message cannot be sent before it expires."},
    {"短信在已停止发送的范围之内。", "A stop covers this message."},
};
static_assert(std::size(kSentences) == kReasonCodes);

using enum ReasonCode;

// What our own checks say with a finding's rule. A check is known by code and
// rule together: a rule of a pack, which is shown by its id, may be named
// `link` or `account` as well. In the order of ReasonCode.
constexpr Words kAtCarrier = {"在接收号码所属的运营商处",
                              "with the recipient's carrier"};
constexpr Words kFilingLapsed = {"报备已过期", "the filing has expired"};
constexpr Words kTooLong = {"过长", "too long"};
constexpr struct {
  ReasonCode code;
  absl::string_view rule;
  Words words;
} kOwnChecks[] = {
    {kRecipientKind, "fixed", {"固定电话号码", "a fixed line"}},
    {kRecipientKind, "iot", {"物联网号码", "an IoT number"}},
    {kRecipientKind, "satellite", {"卫星电话号码", "a satellite phone"}},
    {kFieldInvalid,
     "control_character",
     {"含有控制字符", "it has a control character"}},
    {kFieldInvalid,
     "differs_from_text",
     {"与正文中的签名不一致", "it differs from the signature in the text"}},
    {kFieldInvalid,
     "needed",
     {"账号的内容提供者不唯一，须指明",
      "the account does not have exactly one content provider: name one"}},
    {kFieldInvalid,
     "needs_template",
     {"须同时指明模板", "variables need a template_id"}},
    {kFieldInvalid, "not_digits", {"只能是数字", "only digits are allowed"}},
    {kFieldInvalid,
     "not_of_account",
     {"此账号不得代该内容提供者发送",
      "the account may not send for this content provider"}},
    {kFieldInvalid, "not_utf8", {"不是有效的UTF-8编码", "not valid UTF-8"}},
    {kFieldInvalid, "out_of_range", {"超出允许范围", "out of range"}},
    {kFieldInvalid, "too_long", kTooLong},
    {kProviderSuspended, "account", {"账号已停用", "the account is suspended"}},
    {kProviderSuspended,
     "account_unknown",
     {"账号不存在", "the account does not exist"}},
    {kProviderSuspended,
     "content_provider",
     {"内容提供者已停用", "the content provider is suspended"}},
    {kProviderSuspended,
     "licensee",
     {"持证经营者已停用", "the licensee is suspended"}},
    {kProviderSuspended,
     "relationship_ended",
     {"与内容提供者的合作关系已终止",
      "the relationship with the content provider has ended"}},
    {kAccessCodeNotRegistered, "carrier", kAtCarrier},
    {kSignatureMalformed,
     "brackets_in_body",
     {"正文中不得使用【】", "brackets 【】 in the body"}},
    {kSignatureMalformed,
     "digits_only",
     {"签名不能全为数字", "the name has only digits"}},
    {kSignatureMalformed, "nested", {"括号嵌套", "nested brackets"}},
    {kSignatureMalformed,
     "not_at_head",
     {"签名前有空白字符", "white space precedes it"}},
    {kSignatureMalformed,
     "not_closed",
     {"括号未闭合", "the bracket is not closed"}},
    {kSignatureMalformed,
     "not_full_width",
     {"括号不是全角", "the brackets are not full-width"}},
    {kSignatureMalformed,
     "second_at_head",
     {"文首有两个签名", "a second signature at the start"}},
    {kSignatureMalformed, "too_long", kTooLong},
    {kSignatureMalformed, "too_short", {"过短", "too short"}},
    {kSignatureNotRegistered, "carrier", kAtCarrier},
    {kSignatureLapsed, "carrier", kAtCarrier},
    {kSignatureLapsed,
     "suspended",
     {"签名已停用", "the signature is suspended"}},
    {kTemplateUnknown,
     "none_matches",
     {"此类短信须使用模板，没有模板与内容相符",
      "messages of this class need a template, and the text matches none"}},
    {kTemplateUnknown,
     "template_suspended",
     {"模板已停用", "the template is suspended"}},
    {kTemplateMismatch,
     "fixed_text",
     {"固定文字不一致", "the fixed text differs"}},
    {kTemplateMismatch,
     "template_signature",
     {"签名不是模板指定的签名", "the signature is not the template's"}},
    {kTemplateMismatch,
     "too_many_ways",
     {"内容过于复杂，无法与模板比对", "the text is too ambiguous to compare"}},
    {kTemplateMismatch,
     "unknown_variable",
     {"模板中没有该变量", "the template has no such variable"}},
    {kTemplateMismatch,
     "value_differs",
     {"变量值与正文不一致", "the value differs from the one in the text"}},
    {kClassMisdeclared,
     "differs_from_template",
     {"以模板的类别为准", "the template's class applies"}},
    {kClassMisdeclared, "link", {"含有链接", "it contains a link"}},
    {kLinkNotRegistered, "filing_lapsed", kFilingLapsed},
    {kLinkNotRegistered,
     "looks_filed",
     {"与已报备的域名相似，疑似仿冒",
      "the domain only looks like a filed one"}},
    {kLinkLimit, "contacts_max", {"联系方式", "contacts"}},
    {kLinkLimit, "links_max", {"链接", "links"}},
    {kContactNotRegistered, "filing_lapsed", kFilingLapsed},
    {kOptoutWordConflict,
     "asks_for_opt_out_word",
     {"请收信人以退订用语作其他答复",
      "the recipient is asked to answer with an opt-out word"}},
    {kSendHours,
     "never",
     {"此类短信没有允许发送的时段", "this class has no send hours"}},
    {kExpired,
     "defer_days_max",
     {"计划发送时间过远", "the planned time is too far ahead"}},
    {kExpired,
     "send_hours",
     {"等待期间已过发送时段", "the send hours ended while it waited"}},
};

// Of on_behalf_of: the content providers that the caller may have meant.
std::string ChoiceInWords(absl::string_view rule, Language language) {
  if (!absl::ConsumePrefix(&rule, "one_of:")) return {};
  return absl::StrCat(
      language == Language::kEnglish ? "name one of " : "须指明其中之一：",
      absl::StrReplaceAll(rule, {{",", ", "}}));
}

absl::string_view RuleInWords(ReasonCode code, absl::string_view rule,
                              Language language) {
  for (const auto& known : kOwnChecks) {
    if (known.code == code && known.rule == rule) {
      return known.words.in(language);
    }
  }
  return {};
}

// What the id in a finding's rule is the id of.
Words RuleLabel(ReasonCode code) {
  const bool campaign =
      code == kCampaignUnreviewed || code == kCampaignSuspended;
  return campaign ? Words{"群发批次 ", "campaign "} : Words{"规则 ", "rule "};
}

}  // namespace

absl::string_view PlainSentence(ReasonCode code, Language language) {
  return kSentences[static_cast<size_t>(code)].in(language);
}

std::string Sentence(ReasonCode code, absl::string_view rule,
                     absl::string_view field, Language language) {
  const bool english = language == Language::kEnglish;
  const absl::string_view stop = english ? "." : "。";
  absl::string_view plain = PlainSentence(code, language);
  SLUICE_CHECK(absl::ConsumeSuffix(&plain, stop));
  std::string out(plain);
  // Details stand in brackets before the full stop.
  const absl::string_view open = english ? " (" : "（";
  const absl::string_view next = english ? "; " : "；";
  const auto add = [&](absl::string_view what, absl::string_view value) {
    const bool first = out.size() == plain.size();
    absl::StrAppend(&out, first ? open : next, what, value);
  };
  // These have a colon, which the id of a pack's rule never has.
  std::string fault = TemplateFaultInWords(rule, language);
  if (fault.empty()) fault = ChoiceInWords(rule, language);
  const absl::string_view known = fault.empty()
                                      ? RuleInWords(code, rule, language)
                                      : absl::string_view(fault);
  if (!known.empty()) {
    add("", known);
  } else if (!rule.empty()) {
    add(RuleLabel(code).in(language), rule);
  }
  // The text is what most reasons are about; only other fields need naming, and
  // where the reason is a field's value.
  if (!field.empty() && (field != "text" || code == kFieldInvalid)) {
    add(english ? "field " : "字段 ", field);
  }
  if (out.size() > plain.size()) out += english ? ")" : "）";
  absl::StrAppend(&out, stop);
  return out;
}

Language ChooseLanguage(absl::string_view accept_language) {
  Language best = Language::kChinese;
  double best_weight = 0;
  for (absl::string_view entry : absl::StrSplit(accept_language, ',')) {
    const std::pair<absl::string_view, absl::string_view> halves =
        absl::StrSplit(entry, absl::MaxSplits(';', 1));
    const std::string tag =
        absl::AsciiStrToLower(absl::StripAsciiWhitespace(halves.first));
    double weight = 1;
    absl::string_view q = absl::StripAsciiWhitespace(halves.second);
    if (absl::StartsWith(q, "q=") && !absl::SimpleAtod(q.substr(2), &weight)) {
      continue;
    }
    const bool english = tag == "en" || absl::StartsWith(tag, "en-");
    const bool chinese = tag == "zh" || absl::StartsWith(tag, "zh-");
    if ((!english && !chinese) || weight <= best_weight) continue;
    best = english ? Language::kEnglish : Language::kChinese;
    best_weight = weight;
  }
  return best;
}

}  // namespace sluice::filter
