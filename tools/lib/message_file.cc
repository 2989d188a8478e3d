#include "tools/lib/message_file.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "tools/lib/words.h"

namespace sluice::tools {
namespace {

constexpr std::pair<absl::string_view, absl::string_view> kChineseColumns[] = {
    {"号码", "recipient"},       {"手机号", "recipient"},
    {"手机号码", "recipient"},   {"手机", "recipient"},
    {"电话", "recipient"},       {"电话号码", "recipient"},
    {"接收号码", "recipient"},   {"类别", "class"},
    {"类型", "class"},           {"消息类别", "class"},
    {"短信类型", "class"},       {"内容", "text"},
    {"短信内容", "text"},        {"正文", "text"},
    {"签名", "signature_id"},    {"模板", "template_id"},
    {"模板编号", "template_id"}, {"端口", "sender"},
    {"发送端口", "sender"},      {"内容提供者", "on_behalf_of"},
    {"客户", "on_behalf_of"},    {"活动", "campaign_id"},
    {"同意类别", "category"},    {"编号", "client_ref"},
    {"扩展码", "extension"},     {"发送时间", "send_after"},
    {"定时发送", "send_after"},  {"过期时间", "expire_at"},
    {"有效期", "expire_at"},     {"幂等键", "key"},
};

// Sets the field called `name`. Returns the fault of `value`; empty: none.
Both SetField(const std::string& name, const std::string& value,
              google::protobuf::Message& out) {
  auto& message = static_cast<v1::OutgoingMessage&>(out);
  if (name == "class") {
    const auto parsed = ParseEnum<v1::MessageClass>(value);
    if (!parsed.ok()) {
      const Both what = BothOf(parsed.status());
      return {absl::StrCat("类别：", what.in(Language::kChinese)),
              absl::StrCat("class ", what.english)};
    }
    message.set_message_class(*parsed);
    return {};
  }
  if (name == "send_after" || name == "expire_at") {
    if (value.empty()) return {};
    const auto time = ParseTime(value);
    if (!time.ok()) {
      return SayBoth(
          "$0 不是时间：请写成 2026-01-31T10:00:00+08:00 或 \"2026-01-31 "
          "10:00\"",
          "$0 is not a time: write 2026-01-31T10:00:00+08:00 or \"2026-01-31 "
          "10:00\"",
          name);
    }
    *(name == "send_after" ? message.mutable_send_after()
                           : message.mutable_expire_at()) = ToTimestamp(*time);
    return {};
  }
  const auto* field = message.GetDescriptor()->FindFieldByName(name);
  message.GetReflection()->SetString(&message, field, value);
  return {};
}

RecordSchema MessageSchema(const std::string& key_column) {
  RecordSchema schema = {
      .columns = {"key", "recipient", "sender", "text", "class", "template_id",
                  "signature_id", "on_behalf_of", "campaign_id", "category",
                  "client_ref", "extension", "send_after", "expire_at"},
      .without_names = {"recipient", "class", "text"},
      .set = SetField};
  schema.aliases.emplace_back("message_class", "class");
  schema.json_names.emplace_back("class", "message_class");
  for (const auto& [chinese, name] : kChineseColumns) {
    schema.aliases.emplace_back(chinese, name);
    schema.json_names.emplace_back(
        chinese, name == "class" ? "message_class" : std::string(name));
  }
  if (key_column.empty()) return schema;
  schema.aliases.insert(schema.aliases.begin(),
                        {absl::AsciiStrToLower(key_column), "key"});
  schema.json_names.emplace_back(key_column, "key");
  schema.required = "key";
  schema.required_name = key_column;
  return schema;
}

}  // namespace

std::string MessageColumn(absl::string_view written) {
  const std::string name =
      absl::AsciiStrToLower(absl::StripAsciiWhitespace(written));
  for (const auto& [chinese, column] : kChineseColumns) {
    if (name == chinese) return std::string(column);
  }
  if (name == "message_class") return "class";
  const RecordSchema schema = MessageSchema("");
  const bool known = std::find(schema.columns.begin(), schema.columns.end(),
                               name) != schema.columns.end();
  return known ? name : "";
}

MessageReader::MessageReader(std::istream& in, std::optional<FileFormat> format,
                             const std::string& key_column)
    : reader_(in, format, MessageSchema(key_column)) {}

std::optional<InputLine> MessageReader::Next() {
  InputLine line;
  const std::optional<InputPlace> place = reader_.Next(line.message);
  if (!place) return std::nullopt;
  static_cast<InputPlace&>(line) = *place;
  return line;
}

}  // namespace sluice::tools
