#include "tools/lib/json_record.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "tools/lib/words.h"

namespace sluice::tools {
namespace {

// Protobuf's error quotes the text around the fault, with a line with ^ under
// it.
size_t CaretOffset(absl::string_view text, absl::string_view error) {
  const size_t caret = error.rfind('^');
  if (caret == absl::string_view::npos) return 0;
  const size_t line = error.rfind('\n', caret);
  if (line == absl::string_view::npos) return 0;
  const size_t column = caret - line - 1;
  absl::string_view quoted = error.substr(0, line);
  // The first line of the error is its prose.
  quoted.remove_prefix(std::min(quoted.size(), quoted.find('\n') + 1));
  const size_t at = text.find(quoted);
  return std::min(at == absl::string_view::npos ? 0 : at + column, text.size());
}

// "text" of protobuf's "(text): invalid value" and "text: Cannot find field".
absl::string_view FieldOf(absl::string_view error) {
  absl::string_view field = error.substr(0, error.find(':'));
  field = field.substr(
      field.rfind('.') == absl::string_view::npos ? 0 : field.rfind('.') + 1);
  absl::ConsumePrefix(&field, "(");
  absl::ConsumeSuffix(&field, ")");
  return field;
}

// Replaces short names of enum values, which people write, by the full names
// that protobuf requires.
class EnumSpeller {
 public:
  explicit EnumSpeller(absl::string_view text) : text_(text) {}

  bool changed() const { return changed_; }
  const JsonFault& fault() const { return fault_; }

  void Spell(const google::protobuf::Descriptor& type,
             google::protobuf::Struct& object) {
    for (int i = 0; i < type.field_count(); ++i) {
      const google::protobuf::FieldDescriptor& field = *type.field(i);
      for (const std::string& key : {field.name(), field.json_name()}) {
        const auto found = object.mutable_fields()->find(key);
        if (found == object.mutable_fields()->end()) continue;
        google::protobuf::Value& value = found->second;
        if (!value.has_list_value()) {
          SpellValue(field, key, value);
          continue;
        }
        for (auto& one : *value.mutable_list_value()->mutable_values()) {
          SpellValue(field, key, one);
        }
      }
    }
  }

 private:
  void SpellValue(const google::protobuf::FieldDescriptor& field,
                  const std::string& key, google::protobuf::Value& value) {
    if (field.message_type() != nullptr && value.has_struct_value()) {
      Spell(*field.message_type(), *value.mutable_struct_value());
    }
    if (field.enum_type() == nullptr) return;
    std::string written = value.string_value();
    if (value.has_number_value()) {
      const int number = static_cast<int>(value.number_value());
      if (field.enum_type()->FindValueByNumber(number) != nullptr) return;
      written = absl::StrCat(number);
    } else if (!value.has_string_value()) {
      return;  // Protobuf reports the fault.
    }
    const absl::StatusOr<int> parsed = ParseEnum(*field.enum_type(), written);
    if (!parsed.ok()) {
      const Both what = BothOf(parsed.status());
      fault_ = {{absl::StrCat(key, "：", what.in(Language::kChinese)),
                 absl::StrCat(key, " ", what.english)},
                JsonValueAt(text_, key)};
      return;
    }
    const std::string& name =
        field.enum_type()->FindValueByNumber(*parsed)->name();
    if (written == name) return;
    value.set_string_value(name);
    changed_ = true;
  }

  const absl::string_view text_;
  JsonFault fault_;
  bool changed_ = false;
};

// Whether a field was renamed.
bool Rename(const std::vector<std::pair<std::string, std::string>>& names,
            google::protobuf::Struct& object) {
  bool renamed = false;
  auto& fields = *object.mutable_fields();
  for (const auto& [written, name] : names) {
    const auto found = fields.find(written);
    if (found == fields.end() || fields.contains(name)) continue;
    google::protobuf::Value value = found->second;
    fields.erase(found);
    fields[name] = std::move(value);
    renamed = true;
  }
  return renamed;
}

JsonFault FaultOf(absl::string_view text,
                  const google::protobuf::Message& message,
                  absl::string_view status) {
  const std::string error(absl::StripPrefix(status, ": "));
  const size_t offset = absl::StrContains(error, "^")
                            ? CaretOffset(text, error)
                            : JsonValueAt(text, FieldOf(error));
  // The error's later lines quote the message's text, and a value that does not
  // parse may be a number or a text: show neither.
  std::string first = error.substr(0, error.find('\n'));
  const size_t value = first.find("invalid value ");
  const size_t type = first.find(" for type ");
  if (value != std::string::npos && type != std::string::npos && type > value) {
    first.replace(value, type - value, "a value that is not");
    absl::StrReplaceAll(
        {{" for type TYPE_", " of type "},
         {" for type type.googleapis.com/google.protobuf.", " of type "}},
        &first);
  }
  if (absl::EndsWith(first, ".")) first.pop_back();
  // Protobuf says it in English alone.
  return {SayBoth("不是 $0 的 JSON：“$1”", "no $0 in JSON: $1",
                  message.GetDescriptor()->name(), first),
          offset};
}

}  // namespace

size_t JsonValueAt(absl::string_view text, absl::string_view key) {
  // Quotes inside a string are escaped, so a match is never inside a text.
  const std::string name = absl::StrCat("\"", key, "\"");
  for (size_t at = text.find(name); at != absl::string_view::npos;
       at = text.find(name, at + 1)) {
    const size_t colon = text.find_first_not_of(" \t\n", at + name.size());
    if (colon == absl::string_view::npos || text[colon] != ':') continue;
    const size_t value = text.find_first_not_of(" \t\n", colon + 1);
    return std::min(value, text.size());
  }
  return 0;
}

JsonFault ParseJsonRecord(
    absl::string_view text,
    const std::vector<std::pair<std::string, std::string>>& names,
    google::protobuf::Message& message) {
  using google::protobuf::util::JsonStringToMessage;
  const google::protobuf::StringPiece json(text.data(), text.size());
  google::protobuf::Struct object;
  auto status = JsonStringToMessage(json, &object);
  std::string spelled;
  if (status.ok()) {
    const bool renamed = Rename(names, object);
    EnumSpeller speller(text);
    speller.Spell(*message.GetDescriptor(), object);
    if (!speller.fault().what.english.empty()) return speller.fault();
    if (renamed || speller.changed()) {
      status = google::protobuf::util::MessageToJsonString(object, &spelled);
    }
  }
  if (status.ok()) {
    status = spelled.empty() ? JsonStringToMessage(json, &message)
                             : JsonStringToMessage(spelled, &message);
  }
  if (status.ok()) return {};
  return FaultOf(text, message, status.message().ToString());
}

}  // namespace sluice::tools
