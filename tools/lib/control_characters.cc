#include "tools/lib/control_characters.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

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
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\t' || c == '\n' || c == '\r') continue;
    if (c < 0x20 || c == 0x7f) return i;
    // U+0080 to U+009F.
    if (c == 0xc2 && i + 1 < text.size() &&
        static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      return i;
    }
  }
  return std::nullopt;
}

std::string ControlName(absl::string_view text, size_t offset) {
  const auto first = static_cast<unsigned char>(text[offset]);
  const int c =
      first < 0x80 ? first : static_cast<unsigned char>(text[offset + 1]);
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

std::string ControlFault(const ControlField& found) {
  return absl::StrCat(found.path, ": has the control character ",
                      found.character, "; remove it");
}

}  // namespace sluice::tools
