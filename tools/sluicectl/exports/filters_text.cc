#include "tools/sluicectl/exports/filters_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/base/pasted_phone.h"
#include "tools/lib/words.h"

namespace sluice::ctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct Label {
  absl::string_view field;
  Words words;
};

constexpr Label kLabels[] = {
    {"access_number", {"发送端号码", "sender number"}},
    {"account_id", {"账号", "account"}},
    {"campaign_id", {"群发批次", "campaign"}},
    {"carrier", {"运营商", "carrier"}},
    {"carrier_code", {"运营商代码", "carrier code"}},
    {"client_ref", {"客户参考", "client reference"}},
    {"content_provider_id", {"内容提供者", "content provider"}},
    {"decision", {"判定", "decision"}},
    {"in_force", {"只要有效的", "in force"}},
    {"actor", {"经办人", "done by"}},
    {"kind", {"登记类别", "kind"}},
    {"key", {"提交键", "key"}},
    {"message_class", {"类别", "class"}},
    {"observed", {"含仅观察的原因", "observed reasons too"}},
    {"port_id", {"端口", "port"}},
    {"reason", {"原因", "reason"}},
    {"recipient", {"接收号码", "recipient"}},
    {"recipient_as_submitted", {"所提交的号码", "recipient as submitted"}},
    {"review", {"待人工查看的", "to be reviewed"}},
    {"rule", {"规则", "rule"}},
    {"sender", {"来自号码", "from number"}},
    {"signature_id", {"签名", "signature"}},
    {"state", {"状态", "state"}},
    {"unclaimed", {"未作处理的", "unclaimed"}},
    {"words", {"内容含词语个数", "words in the text:"}},
};

std::string LabelOf(const Context& context, const FieldDescriptor& field) {
  for (const Label& label : kLabels) {
    if (label.field == field.name()) {
      return std::string(label.words.in(context.language));
    }
  }
  return field.name();
}

bool IsNumber(absl::string_view field) {
  return field == "recipient" || field == "sender" ||
         field == "recipient_as_submitted" || field == "access_number";
}

// Times and pages are told apart.
bool IsFilter(const FieldDescriptor& field) {
  return field.name() != "page_size" && field.name() != "page_token" &&
         (field.message_type() == nullptr ||
          field.message_type()->full_name() != "google.protobuf.Timestamp");
}

std::string ValueOf(const Context& context, const Message& request,
                    const FieldDescriptor& field) {
  const google::protobuf::Reflection& values = *request.GetReflection();
  if (field.is_repeated()) {
    return absl::StrCat(values.FieldSize(request, &field));
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return tools::NameIn(context.language, *field.enum_type(),
                           values.GetEnumValue(request, &field));
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string value = values.GetString(request, &field);
      return IsNumber(field.name()) ? PlainNumber(value) : value;
    }
    default:
      return "";  // A flag.
  }
}

void AddFilters(const Context& context, const Message& request,
                std::vector<std::string>& filters) {
  std::vector<const FieldDescriptor*> set;
  request.GetReflection()->ListFields(request, &set);
  for (const FieldDescriptor* const field : set) {
    if (!IsFilter(*field)) continue;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      AddFilters(context, request.GetReflection()->GetMessage(request, field),
                 filters);
      continue;
    }
    const std::string value = ValueOf(context, request, *field);
    filters.push_back(value.empty()
                          ? LabelOf(context, *field)
                          : absl::StrCat(LabelOf(context, *field), " ", value));
  }
}

}  // namespace

std::string FiltersText(const Context& context, const Message& request) {
  std::vector<std::string> filters;
  AddFilters(context, request, filters);
  return absl::StrJoin(filters, context.Say("；", "; "));
}

}  // namespace sluice::ctl
