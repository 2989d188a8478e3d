#include "rules/base/enum_names.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace sluice {

absl::string_view ShortName(
    const google::protobuf::EnumValueDescriptor& value) {
  std::string prefix;
  for (const char c : value.type()->name()) {
    const auto letter = static_cast<unsigned char>(c);
    if (absl::ascii_isupper(letter) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(letter);
  }
  prefix += '_';
  return absl::StripPrefix(value.name(), prefix);
}

}  // namespace sluice
