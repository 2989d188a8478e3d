#include "tools/lib/control_characters.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/control_character.h"
#include "rules/base/language.h"

namespace sluice::tools {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::optional<ControlField> InField(const Message& message,
                                    const FieldDescriptor& field, int index) {
  const auto& reflection = *message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    std::string scratch;
    const std::string& text =
        index < 0 ? reflection.GetStringReference(message, &field, &scratch)
                  : reflection.GetRepeatedStringReference(message, &field,
                                                          index, &scratch);
    const auto at = FirstControl(text);
    if (!at) return std::nullopt;
    return ControlField{field.name(), ControlName(text, *at)};
  }
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return std::nullopt;
  auto found = FindControl(
      index < 0 ? reflection.GetMessage(message, &field)
                : reflection.GetRepeatedMessage(message, &field, index));
  if (!found) return std::nullopt;
  // Of a map, the field's name says it all.
  found->path = field.is_map() ? field.name()
                               : absl::StrCat(field.name(), ".", found->path);
  return found;
}

}  // namespace

std::optional<size_t> FirstControl(absl::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t at = 0; at < size;) {
    const int32_t begin = at;
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    if (c >= 0 && IsControl(static_cast<char32_t>(c))) {
      return static_cast<size_t>(begin);
    }
  }
  return std::nullopt;
}

std::string ControlName(absl::string_view text, size_t offset) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  UChar32 c = 0;
  U8_GET(bytes, 0, static_cast<int32_t>(offset),
         static_cast<int32_t>(text.size()), c);
  return absl::StrFormat("U+%04X", c);
}

std::optional<ControlField> FindControl(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (!field->is_repeated()) {
      if (auto found = InField(message, *field, -1)) return found;
      continue;
    }
    const int size = message.GetReflection()->FieldSize(message, field);
    for (int i = 0; i < size; ++i) {
      if (auto found = InField(message, *field, i)) return found;
    }
  }
  return std::nullopt;
}

Both ControlFault(const ControlField& found) {
  return SayBoth("$0：含有控制字符 $1，请去掉",
                 "$0: has the control character $1; remove it", found.path,
                 found.character);
}

}  // namespace sluice::tools
