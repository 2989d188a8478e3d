#include "tools/lib/message_file.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "tools/lib/words.h"

namespace sluice::tools {
namespace {

// Sets the field called `name`. Returns the fault of `value`; empty: none.
std::string SetField(const std::string& name, const std::string& value,
                     google::protobuf::Message& out) {
  auto& message = static_cast<v1::OutgoingMessage&>(out);
  if (name == "class") {
    const auto parsed = ParseEnum<v1::MessageClass>(value);
    if (!parsed.ok()) {
      return absl::StrCat("class ", parsed.status().message());
    }
    message.set_message_class(*parsed);
    return "";
  }
  if (name == "send_after" || name == "expire_at") {
    if (value.empty()) return "";
    const auto time = ParseTime(value);
    if (!time.ok()) {
      return absl::StrCat(name,
                          " is not a time: write 2026-01-31T10:00:00+08:00");
    }
    *(name == "send_after" ? message.mutable_send_after()
                           : message.mutable_expire_at()) = ToTimestamp(*time);
    return "";
  }
  const auto* field = message.GetDescriptor()->FindFieldByName(name);
  message.GetReflection()->SetString(&message, field, value);
  return "";
}

RecordSchema MessageSchema() {
  return {
      .message = "OutgoingMessage",
      .columns = {"key", "recipient", "sender", "text", "class", "template_id",
                  "signature_id", "on_behalf_of", "campaign_id", "category",
                  "client_ref", "extension", "send_after", "expire_at"},
      .aliases = {{"message_class", "class"}, {"手机号", "recipient"}},
      .without_names = {"recipient", "class", "text"},
      .set = SetField};
}

}  // namespace

MessageReader::MessageReader(std::istream& in, std::optional<FileFormat> format)
    : reader_(in, format, MessageSchema()) {}

std::optional<InputLine> MessageReader::Next() {
  InputLine line;
  const std::optional<InputPlace> place = reader_.Next(line.message);
  if (!place) return std::nullopt;
  static_cast<InputPlace&>(line) = *place;
  return line;
}

}  // namespace sluice::tools
