#include "tools/sluicectl/parties/party_fields.h"

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
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/parties.pb.h"
#include "tools/lib/words.h"

namespace sluice::ctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

// The meaning of flags whose names do not say it all; parties.proto has the
// others.
constexpr std::pair<absl::string_view, const char*> kMeanings[] = {
    {"sluice.admin.v1.Licensee.name", "The company's registered name"},
    {"sluice.admin.v1.Licensee.license_number",
     "Number of the telecom licence; without it no message is sent"},
    {"sluice.admin.v1.Licensee.license_type",
     "Kind of the telecom licence, such as B25; for information"},
    {"sluice.admin.v1.Licensee.license_areas",
     "Areas of the licence: all, or provinces such as CN-GD"},
    {"sluice.admin.v1.Licensee.license_start_time", "When the licence begins"},
    {"sluice.admin.v1.Licensee.license_end_time", "When the licence expires"},
    {"sluice.admin.v1.Account.name", "The customer's name, for information"},
    {"sluice.admin.v1.Account.licensee_id",
     "The licensee under whose licence it sends"},
    {"sluice.admin.v1.Account.parent_account_id",
     "The account of the agent above it"},
    {"sluice.admin.v1.Account.content_provider_ids",
     "The content providers whose messages it may send"},
    {"sluice.admin.v1.Account.messages_per_second_max",
     "Messages a second over all its keys; 0: no limit"},
    {"sluice.admin.v1.Account.calling_codes",
     "Calling codes of the countries it may send to. Default: those of the "
     "rule pack"},
    {"sluice.admin.v1.ContentProvider.name", "The company's registered name"},
    {"sluice.admin.v1.ContentProvider.industry",
     "The company's trade, for information"},
    {"sluice.admin.v1.ContentProvider.contact",
     "Contact: name and telephone or address"},
    {"sluice.admin.v1.ContentProvider.contract",
     "Number of the contract with the content provider"},
    {"sluice.admin.v1.ContentProvider.credit_code",
     "Unified social credit code, 18 characters"},
    {"sluice.admin.v1.ContentProvider.relationship_end_time",
     "When the contract ends; records are kept at least 5 months longer"},
    {"sluice.admin.v1.ContentProvider.import_time",
     "When it was imported from another system; missing consents are only "
     "observed for 90 days"},
    {"sluice.admin.v1.ContentProvider.template_duties",
     "Message classes that must be made from a template"},
    {"sluice.admin.v1.Signature.name",
     "The name without brackets, 2 to 20 characters"},
    {"sluice.admin.v1.Signature.content_provider_id",
     "The content provider whose name it is"},
    {"sluice.admin.v1.Signature.filings", "Carriers it is filed with"},
    {"sluice.admin.v1.Signature.contacts",
     "Links and contacts that its texts may contain"},
    {"sluice.admin.v1.Template.content_provider_id",
     "The content provider that uses it"},
    {"sluice.admin.v1.Template.signature_id",
     "The signature of its texts. Default: any of the content provider's"},
    {"sluice.admin.v1.Template.message_class",
     "The class of messages made from it"},
    {"sluice.admin.v1.Template.text",
     "Without signature and opt-out wording; {name} is a variable, {{ and }} "
     "are braces"},
    {"sluice.admin.v1.Template.variables",
     "A variable of the text; give one for each"},
    {"sluice.admin.v1.Template.contacts",
     "Links and contacts that its texts may contain"},
    {"sluice.admin.v1.Port.number",
     "Digits; may overlap only ports of the same content provider"},
    {"sluice.admin.v1.Port.alias",
     "A name that callers may use instead of the number"},
    {"sluice.admin.v1.Port.content_provider_id",
     "The content provider that owns it"},
    {"sluice.admin.v1.Port.licensee_id",
     "The licensee that the carriers assigned it to"},
    {"sluice.admin.v1.Port.carriers", "Carriers that serve it. Default: all"},
    {"sluice.admin.v1.Port.purposes", "Classes it is approved for"},
    {"sluice.admin.v1.Port.place", "Province, such as CN-GD"},
    {"sluice.admin.v1.Port.signature_placement",
     "Who puts the signature into the text"},
    {"sluice.admin.v1.Port.notice_placement",
     "Who puts the opt-out wording into the text"},
    {"sluice.admin.v1.Port.access_number_length_max",
     "Longest access number, with extension; 0: 20"},
    {"sluice.admin.v1.Port.sub_port", "Digits between port and extension"},
};

const char* MeaningOf(absl::string_view field) {
  for (const auto& [name, meaning] : kMeanings) {
    if (name == field) return meaning;
  }
  return "";
}

absl::Status SetUntil(const std::string& text, Timestamp& out) {
  SLUICE_ASSIGN_OR_RETURN(const absl::Time until, tools::ParseTime(text));
  out = tools::ToTimestamp(until);
  return absl::OkStatus();
}

// " until 2027-01-31 ...", or empty.
template <typename WithUntil>
std::string UntilText(const WithUntil& message) {
  if (!message.has_expire_time()) return "";
  return absl::StrCat(" until ", tools::TimeText(message.expire_time()));
}

std::string LowerName(const google::protobuf::EnumDescriptor& type, int value) {
  return absl::AsciiStrToLower(tools::ShortName(type, value));
}

// A field of a party that is a message itself, written as one text.
struct Part {
  const google::protobuf::Descriptor* type;
  const char* form;
  absl::Status (*read)(const std::string& text, Message& out);
  std::string (*text)(const Message& part);
};

absl::Status ReadTime(const std::string& text, Message& out) {
  return SetUntil(text, static_cast<Timestamp&>(out));
}
std::string TimeText(const Message& part) {
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
std::string FilingText(const Message& part) {
  const auto& filing = static_cast<const admin::v1::Signature::Filing&>(part);
  return absl::StrCat(
      LowerName(*admin::v1::Carrier_descriptor(), filing.carrier()),
      filing.in_force() ? "" : " (not in force)", UntilText(filing));
}

absl::Status ReadContact(const std::string& text, Message& out) {
  auto& contact = static_cast<admin::v1::FiledContact&>(out);
  // A link copied from a browser contains a colon; the server decides which
  // part of it is filed.
  const std::vector<std::string> parts = absl::StrSplit(
      text, absl::MaxSplits(':', absl::StrContains(text, "://") ? 1 : 2));
  if (parts.size() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text,
                     "\" has no kind: write for example link:example.cn or "
                     "phone:4001234567"));
  }
  SLUICE_ASSIGN_OR_RETURN(const auto kind,
                          tools::ParseEnum<rules::v1::ContactKind>(parts[0]));
  contact.set_kind(kind);
  contact.set_value(parts[1]);
  if (parts.size() == 2) return absl::OkStatus();
  return SetUntil(parts[2], *contact.mutable_expire_time());
}
std::string ContactText(const Message& part) {
  const auto& contact = static_cast<const admin::v1::FiledContact&>(part);
  return absl::StrCat(
      LowerName(*rules::v1::ContactKind_descriptor(), contact.kind()), ":",
      contact.value(), UntilText(contact));
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
std::string DutyText(const Message& part) {
  const auto& duty =
      static_cast<const admin::v1::ContentProvider::TemplateDuty&>(part);
  std::vector<std::string> carriers;
  for (const int carrier : duty.carriers()) {
    carriers.push_back(LowerName(*admin::v1::Carrier_descriptor(), carrier));
  }
  return absl::StrCat(
      LowerName(*v1::MessageClass_descriptor(), duty.message_class()),
      carriers.empty() ? "" : ":", absl::StrJoin(carriers, ","));
}

// "code:digits:4-6" or "shop:text:20".
absl::Status ReadVariable(const std::string& text, Message& out) {
  auto& variable = static_cast<admin::v1::Template::Variable&>(out);
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  const auto wrong = [&] {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text,
                     "\" is not a variable: write its name, type and length, "
                     "such as code:digits:4-6 or shop:text:20"));
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
std::string VariableText(const Message& part) {
  const auto& variable =
      static_cast<const admin::v1::Template::Variable&>(part);
  return absl::StrCat(
      variable.name(), ":",
      LowerName(*admin::v1::VariableType_descriptor(), variable.type()), ":",
      std::max(variable.characters_min(), 1u), "-", variable.characters_max());
}

absl::Status ReadAcceptedHit(const std::string&, Message&) {
  return absl::InvalidArgumentError(
      "only Sluice sets this field: leave it out");
}
std::string AcceptedHitText(const Message& part) {
  const auto& hit = static_cast<const admin::v1::Template::AcceptedHit&>(part);
  if (hit.word().empty()) return hit.rule();
  return absl::StrCat(hit.rule(), " \"", hit.word(), "\"");
}

const Part& PartOf(const FieldDescriptor& field) {
  static const auto& parts = *new std::vector<Part>{
      {Timestamp::descriptor(), "a time, such as 2027-01-31", ReadTime,
       TimeText},
      {admin::v1::Signature::Filing::descriptor(), "CARRIER or CARRIER:UNTIL",
       ReadFiling, FilingText},
      {admin::v1::FiledContact::descriptor(),
       "KIND:VALUE or KIND:VALUE:UNTIL, such as link:example.cn:2027-01-31; "
       "kinds: link, email, phone, qq, wechat",
       ReadContact, ContactText},
      {admin::v1::ContentProvider::TemplateDuty::descriptor(),
       "CLASS or CLASS:CARRIER,CARRIER", ReadDuty, DutyText},
      {admin::v1::Template::Variable::descriptor(),
       "NAME:TYPE:MAX or NAME:TYPE:MIN-MAX, such as code:digits:4-6; types: "
       "digits, code, amount, date, time, name, text, link, number",
       ReadVariable, VariableText},
      {admin::v1::Template::AcceptedHit::descriptor(), "written by Sluice",
       ReadAcceptedHit, AcceptedHitText},
  };
  for (const Part& part : parts) {
    if (part.type == field.message_type()) return part;
  }
  std::abort();  // A test calls every command's --help.
}

// The form of the field's values, for --help.
std::string FormOf(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_ENUM: {
      std::vector<std::string> names;
      for (int i = 1; i < field.enum_type()->value_count(); ++i) {
        names.push_back(LowerName(*field.enum_type(),
                                  field.enum_type()->value(i)->number()));
      }
      return absl::StrCat("one of ", absl::StrJoin(names, ", "));
    }
    case FieldDescriptor::TYPE_MESSAGE:
      return PartOf(field).form;
    case FieldDescriptor::TYPE_UINT32:
      return "a number";
    default:
      return "text";
  }
}

}  // namespace

std::string FlagOf(const FieldDescriptor& field) {
  return absl::StrCat("--", absl::StrReplaceAll(field.name(), {{"_", "-"}}));
}

std::string HelpOf(const FieldDescriptor& field) {
  std::vector<std::string> notes;
  const std::string form = FormOf(field);
  if (form != "text") notes.push_back(form);
  if (field.is_repeated()) notes.push_back("may be repeated");
  const std::string in_brackets = absl::StrJoin(notes, "; ");
  const std::string meaning = MeaningOf(field.full_name());
  if (meaning.empty() || in_brackets.empty()) {
    return absl::StrCat(meaning, in_brackets);
  }
  return absl::StrCat(meaning, " (", in_brackets, ")");
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
        return absl::InvalidArgumentError("is not a number");
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
                      int index) {
  const auto& reflection = *part.GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.type()) {
    case FieldDescriptor::TYPE_ENUM:
      return LowerName(
          *field.enum_type(),
          repeated ? reflection.GetRepeatedEnumValue(part, &field, index)
                   : reflection.GetEnumValue(part, &field));
    case FieldDescriptor::TYPE_MESSAGE:
      return PartOf(field).text(
          repeated ? reflection.GetRepeatedMessage(part, &field, index)
                   : reflection.GetMessage(part, &field));
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
