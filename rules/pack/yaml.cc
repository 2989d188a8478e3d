#include "rules/pack/yaml.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "rules/base/enum_names.h"
#include "rules/base/quoted.h"
#include "rules/pack/figures.h"
#include "rules/pack/keyboard_slips.h"
#include "rules/pack/yaml_slips.h"
#include "rules/pack/yaml_tree.h"

namespace sluice::rules {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// The name of an enum value as files write it.
std::string WrittenName(const EnumValueDescriptor& value) {
  return absl::AsciiStrToLower(ShortName(value));
}

// The values a file may name: all but the unspecified one.
std::vector<const EnumValueDescriptor*> AllowedValues(
    const EnumDescriptor& type) {
  std::vector<const EnumValueDescriptor*> values;
  for (int i = 0; i < type.value_count(); ++i) {
    if (ShortName(*type.value(i)) != "UNSPECIFIED") {
      values.push_back(type.value(i));
    }
  }
  return values;
}

std::vector<std::string> FieldNames(const Message& message) {
  std::vector<std::string> names;
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    names.push_back(type.field(i)->name());
  }
  return names;
}

// "rules[3]" for "rules[3].id"; empty for the file as a whole.
absl::string_view ContainerOf(absl::string_view path) {
  const size_t end = path.find_last_of(".[");
  return path.substr(0, end == path.npos ? 0 : end);
}

class Loader {
 public:
  Loader(absl::string_view file, YamlPositions& positions, YamlSlips& slips,
         Faults& faults)
      : file_(file), positions_(positions), slips_(slips), faults_(faults) {}

  void LoadMessage(const YamlNode& node, const std::string& path,
                   Message& message) {
    if (node.kind == YamlNode::Kind::kNull && path.empty()) return;  // No text.
    if (node.kind != YamlNode::Kind::kMap) {
      Fault(node, SayBoth("应为“键: 值”的形式", "must be a map: key: value"));
      return;
    }
    std::set<absl::string_view> seen;
    for (size_t i = 0; i < node.keys.size() && !faults_.IsFull(); ++i) {
      const YamlNode& key = node.keys[i];
      if (!TakeKey(key, seen)) continue;
      const FieldDescriptor* field =
          message.GetDescriptor()->FindFieldByName(key.scalar);
      if (field == nullptr) {
        const std::vector<std::string> names = FieldNames(message);
        Fault(key, Both{absl::StrCat(
                            "没有 ", Quoted(key.scalar), " 这个键",
                            Suggestion(key.scalar, names, Language::kChinese)),
                        absl::StrCat("unknown key ", Quoted(key.scalar),
                                     Suggestion(key.scalar, names))});
        // That the key which is meant is missing only follows from this.
        const std::string meant = NearestOf(key.scalar, names);
        if (!meant.empty()) positions_.SetUnreadable(Join(path, meant));
        continue;
      }
      const google::protobuf::OneofDescriptor* oneof =
          field->containing_oneof();
      if (oneof != nullptr &&
          message.GetReflection()->HasOneof(message, oneof)) {
        Fault(key,
              SayBoth("$0 不能与上面的另一个键同时使用",
                      "$0 excludes another key above", Quoted(key.scalar)));
        continue;
      }
      LoadField(node.items[i], Join(path, key.scalar), *field, message);
    }
  }

 private:
  static std::string Join(const std::string& path, absl::string_view name) {
    return path.empty() ? std::string(name) : absl::StrCat(path, ".", name);
  }

  void Fault(const YamlNode& node, Both message) {
    ++reported_;
    if (node.open) return faults_.Add(file_, node.position, OpenQuoteFault());
    if (slips_.Explain(node.position.line, faults_)) return;
    // Nothing is under a key when the next line is indented by other blanks.
    const bool nothing = node.kind == YamlNode::Kind::kNull;
    if (nothing && slips_.Explain(node.position.line + 1, faults_)) return;
    const auto slip = FindKeyboardSlip(node.scalar);
    if (!slip) return faults_.Add(file_, node.position, std::move(message));
    Position position = node.position;
    // Behind a blank it may stand in a later line.
    const absl::string_view before =
        absl::string_view(node.scalar).substr(0, slip->offset);
    if (!node.quoted && !absl::StrContains(before, " ")) {
      position.column += PositionOf(before, before.size()).column - 1;
    }
    faults_.Add(file_, position,
                Both{absl::StrCat(message.chinese, "：", slip->what.chinese),
                     absl::StrCat(message.english, ": ", slip->what.english)});
  }

  bool TakeKey(const YamlNode& key, std::set<absl::string_view>& seen) {
    if (key.kind != YamlNode::Kind::kScalar) {
      Fault(key, SayBoth("键须是普通的词", "a key must be a plain word"));
      return false;
    }
    if (!seen.insert(key.scalar).second) {
      Fault(key, SayBoth("键 $0 重复", "duplicate key $0", Quoted(key.scalar)));
      return false;
    }
    return true;
  }

  void LoadField(const YamlNode& node, const std::string& path,
                 const FieldDescriptor& field, Message& message) {
    positions_.Set(path, node.position);
    if (node.open) positions_.SetOpen(path);
    if (field.is_map()) {
      LoadMap(node, path, field, message);
    } else if (!field.is_repeated()) {
      LoadValue(node, path, field, message);
    } else if (node.kind != YamlNode::Kind::kSequence) {
      Fault(node,
            SayBoth("'$0' 是列表：[a, b]，或每行一个 '- a'",
                    "'$0' is a list: [a, b], or lines of '- a'", field.name()));
      positions_.SetUnreadable(path);
    } else {
      for (size_t i = 0; i < node.items.size() && !faults_.IsFull(); ++i) {
        const std::string item = absl::StrCat(path, "[", i, "]");
        positions_.Set(item, node.items[i].position);
        if (node.items[i].open) positions_.SetOpen(item);
        LoadValue(node.items[i], item, field, message);
      }
    }
  }

  void LoadMap(const YamlNode& node, const std::string& path,
               const FieldDescriptor& field, Message& message) {
    if (node.kind != YamlNode::Kind::kMap) {
      Fault(node, SayBoth("'$0' 应为“键: 值”的形式",
                          "'$0' is a map: key: value", field.name()));
      return;
    }
    std::set<absl::string_view> seen;
    const auto& entry_type = *field.message_type();
    for (size_t i = 0; i < node.keys.size() && !faults_.IsFull(); ++i) {
      if (!TakeKey(node.keys[i], seen)) continue;
      const std::string item =
          absl::StrCat(path, "[", node.keys[i].scalar, "]");
      positions_.Set(item, node.items[i].position);
      Message& entry = *message.GetReflection()->AddMessage(&message, &field);
      LoadValue(node.keys[i], item, *entry_type.map_key(), entry);
      LoadValue(node.items[i], item, *entry_type.map_value(), entry);
    }
  }

  // One value: of a field, or of an item of a repeated one.
  void LoadValue(const YamlNode& node, const std::string& path,
                 const FieldDescriptor& field, Message& message) {
    const size_t reported = reported_;
    SetValue(node, path, field, message);
    // The fields in a map have faults of their own.
    const bool parts =
        field.message_type() != nullptr && node.kind == YamlNode::Kind::kMap;
    if (reported_ > reported && !parts) positions_.SetUnreadable(path);
  }

  void SetValue(const YamlNode& node, const std::string& path,
                const FieldDescriptor& field, Message& message) {
    const Reflection& reflection = *message.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Message& value = field.is_repeated()
                           ? *reflection.AddMessage(&message, &field)
                           : *reflection.MutableMessage(&message, &field);
      const std::string& type = value.GetDescriptor()->full_name();
      if (type == "google.protobuf.Duration") {
        LoadDuration(node, field, value);
      } else if (type == "google.protobuf.Timestamp") {
        LoadTimestamp(node, field, value);
      } else {
        LoadMessage(node, path, value);
      }
      return;
    }
    if (!CheckScalar(node, field)) return;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        field.is_repeated()
            ? reflection.AddString(&message, &field, node.scalar)
            : reflection.SetString(&message, &field, node.scalar);
        return;
      case FieldDescriptor::CPPTYPE_BOOL:
        LoadBool(node, field, message);
        return;
      case FieldDescriptor::CPPTYPE_ENUM:
        LoadEnum(node, field, message);
        return;
      case FieldDescriptor::CPPTYPE_INT32:
        LoadInteger<int32_t>(node, field, message, &Reflection::SetInt32,
                             &Reflection::AddInt32);
        return;
      case FieldDescriptor::CPPTYPE_UINT32:
        LoadInteger<uint32_t>(node, field, message, &Reflection::SetUInt32,
                              &Reflection::AddUInt32);
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        LoadInteger<int64_t>(node, field, message, &Reflection::SetInt64,
                             &Reflection::AddInt64);
        return;
      case FieldDescriptor::CPPTYPE_UINT64:
        LoadInteger<uint64_t>(node, field, message, &Reflection::SetUInt64,
                              &Reflection::AddUInt64);
        return;
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
        LoadReal(node, field, message);
        return;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return;  // Above.
    }
  }

  bool CheckScalar(const YamlNode& node, const FieldDescriptor& field) {
    if (node.kind == YamlNode::Kind::kScalar) return true;
    const bool is_text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (node.kind == YamlNode::Kind::kNull) {
      Fault(
          node,
          Both{absl::StrCat("'", field.name(), "' 没有值",
                            is_text ? "；空文字写作 ''，'null' 须加引号" : ""),
               absl::StrCat("'", field.name(), "' has no value",
                            is_text
                                ? "; write '' for an empty text, quote 'null'"
                                : "")});
    } else {
      const bool map = node.kind == YamlNode::Kind::kMap;
      const Both quote = map && is_text && field.is_repeated()
                             ? SayBoth("：含有“: ”的文字请放在引号里",
                                       ": quote a text that has ': ' in it")
                             : Both();
      Fault(node, SayBoth("'$0' 是单个值，不是$1$3",
                          "'$0' is a single value, not a $2$4", field.name(),
                          map ? "键值对" : "列表", map ? "map" : "list",
                          quote.chinese, quote.english));
    }
    return false;
  }

  void LoadBool(const YamlNode& node, const FieldDescriptor& field,
                Message& message) {
    const bool value = node.scalar == "true";
    if (node.quoted || (!value && node.scalar != "false")) {
      const std::string meant = NearestOf(node.scalar, {"true", "false"});
      const Both write = meant.empty() ? Both()
                         : node.quoted
                             ? SayBoth("：请写 $0，不加引号",
                                       ": write $0 without quotes", meant)
                             : SayBoth("：请写 $0", ": write $0", meant);
      Fault(node,
            SayBoth("'$0' 须是 true 或 false$1", "'$0' must be true or false$2",
                    field.name(), write.chinese, write.english));
    } else if (field.is_repeated()) {
      message.GetReflection()->AddBool(&message, &field, value);
    } else {
      message.GetReflection()->SetBool(&message, &field, value);
    }
  }

  void LoadEnum(const YamlNode& node, const FieldDescriptor& field,
                Message& message) {
    std::vector<std::string> names;
    for (const auto* value : AllowedValues(*field.enum_type())) {
      names.push_back(WrittenName(*value));
      if (names.back() != node.scalar) continue;
      if (field.is_repeated()) {
        return message.GetReflection()->AddEnum(&message, &field, value);
      }
      return message.GetReflection()->SetEnum(&message, &field, value);
    }
    const std::string nearest = NearestOf(node.scalar, names);
    const Both meant = nearest.empty()
                           ? SayBoth("，可用：", ", allowed: ")
                           : SayBoth("，是否应为 '$0'？可用：",
                                     ", did you mean '$0'? Allowed: ", nearest);
    Fault(node, SayBoth("'$0' 不能是 $1$2$4", "'$0' cannot be $1$3$4",
                        field.name(), Quoted(node.scalar), meant.chinese,
                        meant.english, absl::StrJoin(names, ", ")));
  }

  template <typename T>
  void LoadInteger(const YamlNode& node, const FieldDescriptor& field,
                   Message& message,
                   void (Reflection::*set)(Message*, const FieldDescriptor*, T)
                       const,
                   void (Reflection::*add)(Message*, const FieldDescriptor*, T)
                       const) {
    T value = 0;
    absl::string_view digits = node.scalar;
    absl::ConsumePrefix(&digits, "-");
    // No sign, no leading zeros: 010 is 8 to some readers of YAML.
    const bool plain = !node.quoted && !digits.empty() &&
                       absl::ascii_isdigit(digits[0]) &&
                       (digits[0] != '0' || digits == "0");
    if (!plain || !absl::SimpleAtoi(node.scalar, &value)) {
      Fault(node, FigureFault(field, node,
                              SayBoth("$0 至 $1", ", $0 to $1",
                                      std::numeric_limits<T>::min(),
                                      std::numeric_limits<T>::max())));
      return;
    }
    const Reflection& reflection = *message.GetReflection();
    (reflection.*(field.is_repeated() ? add : set))(&message, &field, value);
  }

  void LoadReal(const YamlNode& node, const FieldDescriptor& field,
                Message& message) {
    double value = 0;
    const bool number = !node.quoted && absl::SimpleAtod(node.scalar, &value) &&
                        std::isfinite(value);
    const Reflection& reflection = *message.GetReflection();
    if (!number) {
      Fault(node,
            SayBoth("'$0' 须是数字", "'$0' must be a number", field.name()));
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
      field.is_repeated() ? reflection.AddDouble(&message, &field, value)
                          : reflection.SetDouble(&message, &field, value);
    } else {
      const auto narrow = static_cast<float>(value);
      field.is_repeated() ? reflection.AddFloat(&message, &field, narrow)
                          : reflection.SetFloat(&message, &field, narrow);
    }
  }

  void LoadDuration(const YamlNode& node, const FieldDescriptor& field,
                    Message& message) {
    if (!CheckScalar(node, field)) return;
    absl::Duration duration;
    if (!absl::ParseDuration(node.scalar, &duration) ||
        duration < absl::ZeroDuration() ||
        duration > absl::Hours(24 * 365 * 100)) {
      Fault(node, SayBoth("'$0' 须是时长，如 500ms、60s、5m、1h30m",
                          "'$0' must be a duration: 500ms, 60s, 5m, 1h30m",
                          field.name()));
      return;
    }
    google::protobuf::Duration value;
    value.set_seconds(
        absl::IDivDuration(duration, absl::Seconds(1), &duration));
    value.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
    message.CopyFrom(value);
  }

  void LoadTimestamp(const YamlNode& node, const FieldDescriptor& field,
                     Message& message) {
    if (!CheckScalar(node, field)) return;
    absl::Time time;
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, node.scalar, &time, &error) ||
        time < absl::FromUnixSeconds(0)) {
      Fault(node, SayBoth("'$0' 须是时间，如 2026-01-31T08:00:00+08:00",
                          "'$0' must be a time: 2026-01-31T08:00:00+08:00",
                          field.name()));
      return;
    }
    google::protobuf::Timestamp value;
    value.set_seconds(absl::ToUnixSeconds(time));
    value.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(
        time - absl::FromUnixSeconds(value.seconds()))));
    message.CopyFrom(value);
  }

  absl::string_view file_;
  YamlPositions& positions_;
  YamlSlips& slips_;
  Faults& faults_;
  size_t reported_ = 0;  // Faults, also those that a slip explains.
};

}  // namespace

Position YamlPositions::At(absl::string_view path) const {
  for (;;) {
    const auto it = positions_.find(path);
    if (it != positions_.end()) return it->second;
    if (path.empty()) return {};
    path = ContainerOf(path);
  }
}

bool YamlPositions::IsReadable(absl::string_view path) const {
  const std::string items = absl::StrCat(path, "[");
  for (auto it = unreadable_.lower_bound(items);
       it != unreadable_.end() && absl::StartsWith(*it, items); ++it) {
    if (ContainerOf(*it) == path) return false;
  }
  for (;;) {
    if (unreadable_.contains(path)) return false;
    if (path.empty()) return true;
    path = ContainerOf(path);
  }
}

absl::Status LoadYaml(const std::string& file, absl::string_view content,
                      Message* out) {
  YamlPositions positions;
  Faults faults;
  LoadYaml(file, content, out, positions, faults);
  return faults.ToStatus();
}

void LoadYaml(const std::string& file, absl::string_view content, Message* out,
              YamlPositions& positions, Faults& faults) {
  out->Clear();
  YamlSlips slips(file, content, *out->GetDescriptor());
  const auto explain = [&](Position stop) {
    return slips.ExplainStop(stop.line, faults);
  };
  const auto root = ParseYaml(file, content, explain, faults);
  if (root) Loader(file, positions, slips, faults).LoadMessage(*root, "", *out);
  const bool empty = root && root->kind == YamlNode::Kind::kNull;
  if (!root || (!empty && root->kind != YamlNode::Kind::kMap)) {
    positions.SetUnreadable("");
  }
}

}  // namespace sluice::rules
