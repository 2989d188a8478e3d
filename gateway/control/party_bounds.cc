#include "gateway/control/party_bounds.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "filter/registry/registry.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "rules/fold/fold.h"

namespace sluice::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

constexpr size_t kTextBytesMax = 400;
// 1,000 characters of 4 bytes; the registry counts the characters.
constexpr size_t kTemplateTextBytesMax = 4'000;
constexpr int kValuesMax = 1'000;

absl::Status CheckFields(const Message& message, const std::string& path);

size_t BytesMaxOf(const FieldDescriptor& field) {
  return field.full_name() == "sluice.store.v1.Template.text"
             ? kTemplateTextBytesMax
             : kTextBytesMax;
}

absl::Status CheckText(const FieldDescriptor& field, const std::string& text,
                       const std::string& path) {
  const size_t bytes_max = BytesMaxOf(field);
  if (text.size() > bytes_max) {
    return InvalidField(
        path,
        SayBoth("最多 $0 字节", "at most $0 bytes are allowed", bytes_max));
  }
  rules::FoldedText folded;
  rules::FoldTable::Shared().Fold(text, folded);
  if (!folded.control) return absl::OkStatus();
  return InvalidField(path,
                      SayBoth("第 $0 个字符是控制字符：请去掉",
                              "character $0 is a control character: remove it",
                              *folded.control + 1));
}

absl::Status CheckEnum(const FieldDescriptor& field, int number,
                       const std::string& path) {
  if (field.enum_type()->FindValueByNumber(number) != nullptr) {
    return absl::OkStatus();
  }
  return InvalidField(
      path, SayBoth("没有 $0 这个取值", "$0 is not a known value", number));
}

absl::Status CheckMessage(const Message& message, const std::string& path) {
  if (message.GetDescriptor() != Timestamp::descriptor()) {
    return CheckFields(message, path);
  }
  if (TryMillisOf(static_cast<const Timestamp&>(message))) {
    return absl::OkStatus();
  }
  return InvalidField(path, SayBoth("不是时间", "not a time"));
}

// The value at `index` of a repeated field, or the only value of another.
absl::Status CheckValue(const Message& message, const FieldDescriptor& field,
                        int index, const std::string& path) {
  const google::protobuf::Reflection& use = *message.GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return CheckText(field,
                       many ? use.GetRepeatedString(message, &field, index)
                            : use.GetString(message, &field),
                       path);
    case FieldDescriptor::CPPTYPE_ENUM:
      return CheckEnum(field,
                       many ? use.GetRepeatedEnumValue(message, &field, index)
                            : use.GetEnumValue(message, &field),
                       path);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return CheckMessage(many ? use.GetRepeatedMessage(message, &field, index)
                               : use.GetMessage(message, &field),
                          path);
    default:
      return absl::OkStatus();
  }
}

absl::Status CheckField(const Message& message, const FieldDescriptor& field,
                        const std::string& path) {
  const google::protobuf::Reflection& use = *message.GetReflection();
  if (!field.is_repeated()) {
    if (field.has_presence() && !use.HasField(message, &field)) {
      return absl::OkStatus();
    }
    return CheckValue(message, field, 0, path);
  }
  const int count = use.FieldSize(message, &field);
  if (count > kValuesMax) {
    return InvalidField(
        path, SayBoth("最多 $0 个", "at most $0 are allowed", kValuesMax));
  }
  for (int i = 0; i < count; ++i) {
    SLUICE_RETURN_IF_ERROR(
        CheckValue(message, field, i, absl::StrCat(path, "[", i, "]")));
  }
  return absl::OkStatus();
}

absl::Status CheckFields(const Message& message, const std::string& path) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (field.name() == "accepted_hits") continue;
    SLUICE_RETURN_IF_ERROR(
        CheckField(message, field, absl::StrCat(path, ".", field.name())));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckBounds(const store::v1::Party& party) {
  const std::string kind(filter::RequestFieldOf(party));
  const FieldDescriptor* const part =
      store::v1::Party::descriptor()->FindFieldByName(kind);
  if (part == nullptr) return absl::OkStatus();
  return CheckFields(party.GetReflection()->GetMessage(party, part), kind);
}

}  // namespace sluice::gateway
