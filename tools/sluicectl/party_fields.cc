#include "tools/sluicectl/party_fields.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/parties.pb.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/party_meanings.h"

namespace sluice::ctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

absl::Status SetUntil(const std::string& text, Timestamp& out) {
  SLUICE_ASSIGN_OR_RETURN(const absl::Time until, tools::ParseTime(text));
  out = tools::ToTimestamp(until);
  return absl::OkStatus();
}

// " until 2027-01-31 ...", or empty.
template <typename WithUntil>
std::string UntilText(const WithUntil& message, Language language) {
  if (!message.has_expire_time()) return "";
  return Say(language, "，至 $0", " until $0",
             tools::TimeText(message.expire_time()));
}

std::string LowerName(const google::protobuf::EnumDescriptor& type, int value,
                      Language language = Language::kEnglish) {
  return absl::AsciiStrToLower(tools::NameIn(language, type, value));
}

// A field of a party that is a message itself, written as one text.
struct Part {
  const google::protobuf::Descriptor* type;
  Words form;
  absl::Status (*read)(const std::string& text, Message& out);
  std::string (*text)(const Message& part, Language language);
};

absl::Status ReadTime(const std::string& text, Message& out) {
  return SetUntil(text, static_cast<Timestamp&>(out));
}
std::string TimeText(const Message& part, Language) {
  return tools::TimeText(static_cast<const Timestamp&>(part));
}

absl::Status ReadFiling(const std::string& text, Message& out) {
  auto& filing = static_cast<admin::v1::Signature::Filing&>(out);
  const std::vector<std::string> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  SLUICE_ASSIGN_OR_RETURN(const auto carrier,
                          tools::ParseEnum<admin::v1::Carrier>(parts[0]));
  filing.set_carrier(carrier);
  filing.set_in_force(true);
  if (parts.size() == 1) return absl::OkStatus();
  return SetUntil(parts[1], *filing.mutable_expire_time());
}
std::string FilingText(const Message& part, Language language) {
  const auto& filing = static_cast<const admin::v1::Signature::Filing&>(part);
  return absl::StrCat(
      LowerName(*admin::v1::Carrier_descriptor(), filing.carrier(), language),
      filing.in_force() ? "" : Say(language, "（未生效）", " (not in force)"),
      UntilText(filing, language));
}

absl::Status ReadContact(const std::string& text, Message& out) {
  auto& contact = static_cast<admin::v1::FiledContact&>(out);
  // A link copied from a browser contains a colon; the server decides which
  // part of it is filed.
  const std::vector<std::string> parts = absl::StrSplit(
      text, absl::MaxSplits(':', absl::StrContains(text, "://") ? 1 : 2));
  if (parts.size() < 2) {
    return ErrorOf(
        absl::StatusCode::kInvalidArgument,
        SayBoth("“$0”没有种类：请写成例如 link:example.cn 或 phone:4001234567",
                "\"$0\" has no kind: write for example link:example.cn or "
                "phone:4001234567",
                text));
  }
  SLUICE_ASSIGN_OR_RETURN(const auto kind,
                          tools::ParseEnum<rules::v1::ContactKind>(parts[0]));
  contact.set_kind(kind);
  contact.set_value(parts[1]);
  if (parts.size() == 2) return absl::OkStatus();
  return SetUntil(parts[2], *contact.mutable_expire_time());
}
std::string ContactText(const Message& part, Language language) {
  const auto& contact = static_cast<const admin::v1::FiledContact&>(part);
  return absl::StrCat(
      LowerName(*rules::v1::ContactKind_descriptor(), contact.kind(), language),
      ":", contact.value(), UntilText(contact, language));
}

absl::Status ReadDuty(const std::string& text, Message& out) {
  auto& duty = static_cast<admin::v1::ContentProvider::TemplateDuty&>(out);
  const std::vector<std::string> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  SLUICE_ASSIGN_OR_RETURN(const auto message_class,
                          tools::ParseEnum<v1::MessageClass>(parts[0]));
  duty.set_message_class(message_class);
  if (parts.size() == 1) return absl::OkStatus();
  for (const absl::string_view carrier : absl::StrSplit(parts[1], ',')) {
    SLUICE_ASSIGN_OR_RETURN(const auto one,
                            tools::ParseEnum<admin::v1::Carrier>(carrier));
    duty.add_carriers(one);
  }
  return absl::OkStatus();
}
std::string DutyText(const Message& part, Language language) {
  const auto& duty =
      static_cast<const admin::v1::ContentProvider::TemplateDuty&>(part);
  std::vector<std::string> carriers;
  for (const int carrier : duty.carriers()) {
    carriers.push_back(
        LowerName(*admin::v1::Carrier_descriptor(), carrier, language));
  }
  return absl::StrCat(
      LowerName(*v1::MessageClass_descriptor(), duty.message_class(), language),
      carriers.empty() ? "" : ":", absl::StrJoin(carriers, ","));
}

// "code:digits:4-6" or "shop:text:20".
absl::Status ReadVariable(const std::string& text, Message& out) {
  auto& variable = static_cast<admin::v1::Template::Variable&>(out);
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  const auto wrong = [&] {
    return ErrorOf(
        absl::StatusCode::kInvalidArgument,
        SayBoth("“$0”不是变量：请写出名称、类型和长度，如 code:digits:4-6 或 "
                "shop:text:20",
                "\"$0\" is not a variable: write its name, type and length, "
                "such as code:digits:4-6 or shop:text:20",
                text));
  };
  if (parts.size() != 3) return wrong();
  variable.set_name(parts[0]);
  SLUICE_ASSIGN_OR_RETURN(const auto type,
                          tools::ParseEnum<admin::v1::VariableType>(parts[1]));
  variable.set_type(type);
  const std::vector<std::string> range =
      absl::StrSplit(parts[2], absl::MaxSplits('-', 1));
  uint32_t least = 1;
  uint32_t most = 0;
  if (!absl::SimpleAtoi(range.back(), &most) ||
      (range.size() == 2 && !absl::SimpleAtoi(range[0], &least))) {
    return wrong();
  }
  variable.set_characters_min(least);
  variable.set_characters_max(most);
  return absl::OkStatus();
}
std::string VariableText(const Message& part, Language language) {
  const auto& variable =
      static_cast<const admin::v1::Template::Variable&>(part);
  return absl::StrCat(variable.name(), ":",
                      LowerName(*admin::v1::VariableType_descriptor(),
                                variable.type(), language),
                      ":", std::max(variable.characters_min(), 1u), "-",
                      variable.characters_max());
}

absl::Status ReadAcceptedHit(const std::string&, Message&) {
  return ErrorOf(absl::StatusCode::kInvalidArgument,
                 SayBoth("这个字段只由 Sluice 填写：请不要给出",
                         "only Sluice sets this field: leave it out"));
}
std::string AcceptedHitText(const Message& part, Language language) {
  const auto& hit = static_cast<const admin::v1::Template::AcceptedHit&>(part);
  std::string text = hit.word().empty() ? hit.rule()
                                        : Say(language, "$0“$1”", "$0 \"$1\"",
                                              hit.rule(), hit.word());
  if (hit.actor().empty()) return text;
  return text +
         Say(language, "（$0：$1）", " ($0: $1)", hit.actor(), hit.reason());
}

const Part& PartOf(const FieldDescriptor& field) {
  static const auto& parts = *new std::vector<Part>{
      {Timestamp::descriptor(),
       {"时间，如 2027-01-31", "a time, such as 2027-01-31"},
       ReadTime,
       TimeText},
      {admin::v1::Signature::Filing::descriptor(),
       {"CARRIER 或 CARRIER:UNTIL", "CARRIER or CARRIER:UNTIL"},
       ReadFiling,
       FilingText},
      {admin::v1::FiledContact::descriptor(),
       {"种类:值 或 种类:值:截止日期，如 link:example.cn:2027-01-31；种类有 "
        "link、email、phone、qq、wechat",
        "KIND:VALUE or KIND:VALUE:UNTIL, such as link:example.cn:2027-01-31; "
        "kinds: link, email, phone, qq, wechat"},
       ReadContact,
       ContactText},
      {admin::v1::ContentProvider::TemplateDuty::descriptor(),
       {"CLASS 或 CLASS:CARRIER,CARRIER", "CLASS or CLASS:CARRIER,CARRIER"},
       ReadDuty,
       DutyText},
      {admin::v1::Template::Variable::descriptor(),
       {"名称:类型:最多 或 名称:类型:最少-最多，如 code:digits:4-6；类型有 "
        "digits、code、amount、date、time、name、text、link、number",
        "NAME:TYPE:MAX or NAME:TYPE:MIN-MAX, such as code:digits:4-6; types: "
        "digits, code, amount, date, time, name, text, link, number"},
       ReadVariable,
       VariableText},
      {admin::v1::Template::AcceptedHit::descriptor(),
       {"由 Sluice 填写", "written by Sluice"},
       ReadAcceptedHit,
       AcceptedHitText},
  };
  for (const Part& part : parts) {
    if (part.type == field.message_type()) return part;
  }
  std::abort();  // A test calls every command's --help.
}

// The form of the field's values, for --help; empty: any text.
Both FormOf(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_ENUM: {
      std::vector<std::string> names;
      for (int i = 1; i < field.enum_type()->value_count(); ++i) {
        names.push_back(LowerName(*field.enum_type(),
                                  field.enum_type()->value(i)->number()));
      }
      return {absl::StrCat("可用 ", absl::StrJoin(names, "、")),
              absl::StrCat("one of ", absl::StrJoin(names, ", "))};
    }
    case FieldDescriptor::TYPE_MESSAGE: {
      const Words form = PartOf(field).form;
      return {std::string(form.chinese), std::string(form.english)};
    }
    case FieldDescriptor::TYPE_UINT32:
      return {"数字", "a number"};
    default:
      return {};
  }
}

std::string HelpIn(Language language, const FieldDescriptor& field) {
  std::vector<std::string> notes;
  const std::string form = FormOf(field).in(language);
  if (!form.empty()) notes.push_back(form);
  if (field.is_repeated()) {
    notes.push_back(Say(language, "可重复", "may be repeated"));
  }
  const std::string in_brackets =
      absl::StrJoin(notes, Say(language, "；", "; "));
  const std::string meaning(MeaningOf(field).in(language));
  if (meaning.empty() || in_brackets.empty()) {
    return absl::StrCat(meaning, in_brackets);
  }
  return Say(language, "$0（$1）", "$0 ($1)", meaning, in_brackets);
}

}  // namespace

std::string FlagOf(const FieldDescriptor& field) {
  return absl::StrCat("--", absl::StrReplaceAll(field.name(), {{"_", "-"}}));
}

Both HelpOf(const FieldDescriptor& field) {
  return {HelpIn(Language::kChinese, field), HelpIn(Language::kEnglish, field)};
}

std::string LabelOf(const FieldDescriptor& field, Language language) {
  const absl::string_view label = ChineseLabelOf(field);
  return language == Language::kEnglish || label.empty() ? field.name()
                                                         : std::string(label);
}

absl::Status AddFieldText(const FieldDescriptor& field, const std::string& text,
                          Message& part) {
  const auto& reflection = *part.GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.type()) {
    case FieldDescriptor::TYPE_MESSAGE:
      return PartOf(field).read(
          text, repeated ? *reflection.AddMessage(&part, &field)
                         : *reflection.MutableMessage(&part, &field));
    case FieldDescriptor::TYPE_ENUM: {
      SLUICE_ASSIGN_OR_RETURN(const int number,
                              tools::ParseEnum(*field.enum_type(), text));
      repeated ? reflection.AddEnumValue(&part, &field, number)
               : reflection.SetEnumValue(&part, &field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::TYPE_UINT32: {
      uint32_t number = 0;
      if (!absl::SimpleAtoi(text, &number)) {
        return ErrorOf(absl::StatusCode::kInvalidArgument,
                       SayBoth("须为数字", "is not a number"));
      }
      repeated ? reflection.AddUInt32(&part, &field, number)
               : reflection.SetUInt32(&part, &field, number);
      return absl::OkStatus();
    }
    default:
      repeated ? reflection.AddString(&part, &field, text)
               : reflection.SetString(&part, &field, text);
      return absl::OkStatus();
  }
}

std::string FieldText(const Message& part, const FieldDescriptor& field,
                      int index, Language language) {
  const auto& reflection = *part.GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.type()) {
    case FieldDescriptor::TYPE_ENUM:
      return LowerName(
          *field.enum_type(),
          repeated ? reflection.GetRepeatedEnumValue(part, &field, index)
                   : reflection.GetEnumValue(part, &field),
          language);
    case FieldDescriptor::TYPE_MESSAGE:
      return PartOf(field).text(
          repeated ? reflection.GetRepeatedMessage(part, &field, index)
                   : reflection.GetMessage(part, &field),
          language);
    case FieldDescriptor::TYPE_UINT32:
      return absl::StrCat(
          repeated ? reflection.GetRepeatedUInt32(part, &field, index)
                   : reflection.GetUInt32(part, &field));
    default:
      return repeated ? reflection.GetRepeatedString(part, &field, index)
                      : reflection.GetString(part, &field);
  }
}

}  // namespace sluice::ctl
