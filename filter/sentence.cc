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

namespace sluice::filter {
namespace {

struct Words {
  absl::string_view chinese;
  absl::string_view english;

  absl::string_view in(Language language) const {
    return language == Language::kEnglish ? english : chinese;
  }
};

// In the order of ReasonCode.
constexpr Words kSentences[] = {
    {"接收号码无法识别。", "The recipient's number cannot be read."},
    {"不向该类号码（物联网、卫星、固定电话）发送。",
     "Numbers of this kind (machines, satellite, fixed lines) get no "
     "messages."},
    {"短信内容为空。", "The text is empty."},
    {"短信内容超过1000个字符。", "The text is longer than 1,000 characters."},
    {"短信内容不是有效的UTF-8编码。", "The text is not valid UTF-8."},
    {"字段内容不合要求。", "A field holds a value that is not allowed."},
    {"没有可用的发送端口。", "There is no port to send from."},
    {"接入号码（端口加扩展码）超过长度上限。",
     "The access number, port and extension together, is too long."},
    {"同一幂等键已用于另一条内容不同的短信。",
     "The key was used for another text to this recipient."},
    {"无法确定适用的法规。", "It is not clear which law applies."},
    {"不允许向该国家或地区发送。", "Messages to this country are not allowed."},
    {"经营者没有有效登记的电信业务经营许可。",
     "The licensee has no telecom licence on record."},
    {"经营者的电信业务经营许可已到期。",
     "The licensee's telecom licence has expired."},
    {"电信业务经营许可不覆盖该端口的接入地。",
     "The telecom licence does not cover the place of this port."},
    {"账号、内容提供者或经营者已停用。",
     "The account, content provider or licensee is suspended."},
    {"该接入号码没有登记。", "The access number is not registered."},
    {"该端口不属于此内容提供者。",
     "The port does not belong to this content provider."},
    {"该端口已停用。", "The port is suspended."},
    {"该端口未获准发送此类短信。",
     "The port is not approved for messages of this class."},
    {"该端口属于另一经营者，不得转租使用。",
     "The port is assigned to another licensee and must not be sub-let."},
    {"短信缺少【签名】。", "The 【signature】 is missing."},
    {"签名格式不正确：应为置于文首的全角括号【】。",
     "The signature is malformed: a name in full-width 【】 at the head."},
    {"签名未由该内容提供者登记。",
     "The signature is not registered by this content provider."},
    {"签名已失效。", "The signature is no longer in force."},
    {"模板不存在。", "There is no such template."},
    {"内容与模板不符。", "The text does not match its template."},
    {"未说明短信类别。", "The class of the message is not given."},
    {"内容与所申报的短信类别不符。",
     "The text does not fit the class it was declared as."},
    {"含有法律禁止的内容。", "The text holds content that the law prohibits."},
    {"含有不予发送的内容。", "The text holds content that is not sent."},
    {"相近内容大量群发，等待人工审核。",
     "Nearly the same text goes to many numbers: a person looks at it first."},
    {"该批群发内容已被停止发送。", "A person has stopped this campaign."},
    {"含有未备案的链接。", "The text holds a link that is not filed."},
    {"含有短链接。", "The text holds a shortened link."},
    {"链接或联系方式过多。", "The text holds too many links or contacts."},
    {"含有未备案的联系方式。", "The text holds a contact that is not filed."},
    {"商业性短信没有说明退订方式。",
     "A commercial message does not tell how to refuse."},
    {"退订提示不规范，或不在文末。",
     "The opt-out wording is not an accepted one, or not at the end."},
    {"退订指令被用于其他用途。",
     "A word that opts out is asked for with another meaning."},
    {"该端口的上行退订通道不可用。",
     "The reply path of the port, by which people refuse, is down."},
    {"接收号码在禁发名单中。", "The recipient is on a never-send list."},
    {"接收者已退订。", "The recipient has opted out."},
    {"接收者曾投诉，已停止发送。",
     "The recipient has complained and gets no more such messages."},
    {"没有接收者的同意记录。", "There is no consent of the recipient."},
    {"接收者的同意已过期。", "The recipient's consent has expired."},
    {"接收者的同意不包括此类内容。",
     "The recipient's consent does not cover this category."},
    {"超过接收者同意的发送频次。",
     "The recipient's consent allows fewer messages."},
    {"征求同意的短信未写明类型、频次和期限。",
     "A request for consent must state type, frequency and period."},
    {"不得再次发送相同或相似的征求同意短信。",
     "The same or a similar request for consent must not be sent again."},
    {"缺少同意的证明。", "Proof of the consent is missing."},
    {"不在允许发送的时段。", "It is outside the send hours."},
    {"超过发送频次限制。", "A frequency limit is reached."},
    {"向该号码重复发送相同内容。",
     "The same content was sent to this recipient already."},
    {"短信已过有效期。", "The message has expired."},
    {"已被停止发送。", "A stop is in force."},
};
static_assert(std::size(kSentences) == kReasonCodes);

// What the rule of a finding of our own checks says; rules of packs are shown
// by their id.
constexpr struct {
  absl::string_view rule;
  Words words;
} kRules[] = {
    {"account", {"账号已停用", "the account is suspended"}},
    {"account_unknown", {"账号不存在", "there is no such account"}},
    {"brackets_in_body", {"正文中有【】", "brackets in the body"}},
    {"carrier", {"未包括接收号码的运营商", "not for the recipient's carrier"}},
    {"contacts_max", {"联系方式", "contacts"}},
    {"content_provider",
     {"内容提供者已停用", "the content provider is suspended"}},
    {"defer_days_max", {"计划时间过远", "it would go too far ahead"}},
    {"differs_from_text",
     {"与正文中的签名不一致", "differs from the one in the text"}},
    {"differs_from_template",
     {"以模板的类别为准", "the template's class counts"}},
    {"digits_only", {"签名不能全为数字", "digits only"}},
    {"filing_lapsed", {"备案已到期", "it was filed, and no longer is"}},
    {"fixed_text", {"固定文字不同", "its fixed text is another"}},
    {"fixed", {"固定电话", "a fixed line"}},
    {"iot", {"物联网号码", "a machine's number"}},
    {"licensee", {"经营者已停用", "the licensee is suspended"}},
    {"link", {"含有链接", "it holds a link"}},
    {"links_max", {"链接", "links"}},
    {"needed",
     {"账号有多个内容提供者，须指明", "the account does not have exactly one"}},
    {"nested", {"括号嵌套", "nested brackets"}},
    {"needs_template", {"须同时指明模板", "they need a template_id"}},
    {"never", {"该类短信没有允许时段", "the hours never open"}},
    {"none_matches",
     {"该类短信须使用模板，没有模板与内容相符",
      "messages of this class must be made from a template, and none fits"}},
    {"not_at_head", {"签名前有空白", "white space before it"}},
    {"not_closed", {"括号未闭合", "not closed"}},
    {"not_digits", {"只能是数字", "only digits are allowed"}},
    {"not_full_width", {"不是全角括号", "not full-width brackets"}},
    {"not_of_account", {"不属于该账号", "not of this account"}},
    {"not_utf8", {"不是有效的UTF-8编码", "not valid UTF-8"}},
    {"out_of_range", {"超出范围", "out of range"}},
    {"relationship_ended", {"合作关系已结束", "the relationship has ended"}},
    {"satellite", {"卫星电话", "a satellite phone"}},
    {"second_at_head", {"文首有第二个签名", "a second one at the head"}},
    {"send_hours", {"排队时已过允许时段", "it fell out of the send hours"}},
    {"suspended", {"签名已停用", "the signature is suspended"}},
    {"template_signature",
     {"签名不是模板的签名", "the signature is not the template's"}},
    {"template_suspended", {"模板已停用", "the template is suspended"}},
    {"too_long", {"过长", "too long"}},
    {"too_many_ways",
     {"内容过于复杂，无法比对", "it could be read in too many ways"}},
    {"too_short", {"过短", "too short"}},
    {"unknown_variable",
     {"模板没有这个变量", "the template has no such variable"}},
    {"value_differs",
     {"与正文中的内容不同", "the value given is not the one in the text"}},
};

// Of on_behalf_of: the content providers that the caller may have meant.
std::string ChoiceInWords(absl::string_view rule, Language language) {
  if (!absl::ConsumePrefix(&rule, "one_of:")) return {};
  return absl::StrCat(
      language == Language::kEnglish ? "name one of " : "须指明其中之一：",
      absl::StrReplaceAll(rule, {{",", ", "}}));
}

absl::string_view RuleInWords(absl::string_view rule, Language language) {
  for (const auto& known : kRules) {
    if (known.rule == rule) return known.words.in(language);
  }
  return {};
}

}  // namespace

absl::string_view PlainSentence(ReasonCode code, Language language) {
  return kSentences[static_cast<size_t>(code)].in(language);
}

std::string Sentence(ReasonCode code, absl::string_view rule,
                     absl::string_view field, Language language) {
  std::string out(PlainSentence(code, language));
  const bool english = language == Language::kEnglish;
  std::string fault = TemplateFaultInWords(rule, language);
  if (fault.empty()) fault = ChoiceInWords(rule, language);
  const absl::string_view known =
      fault.empty() ? RuleInWords(rule, language) : absl::string_view(fault);
  const absl::string_view open = english ? " (" : "（";
  const absl::string_view close = english ? ")" : "）";
  if (!known.empty()) {
    absl::StrAppend(&out, open, known, close);
  } else if (!rule.empty()) {
    absl::StrAppend(&out, open, english ? "rule " : "规则 ", rule, close);
  }
  // The text is what most reasons are about; only other fields need naming.
  if (!field.empty() && field != "text") {
    absl::StrAppend(&out, open, english ? "field " : "字段 ", field, close);
  }
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
