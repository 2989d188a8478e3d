#pragma once

// Control characters in what people give: a NUL or an ESC in a text is a
// damaged file, a wrong encoding, or an attack on whoever looks at it.

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "rules/base/language.h"

namespace sluice::tools {

// Where the first character of `text`, UTF-8, begins that the server refuses
// too: see rules/base/control_character.h.
std::optional<size_t> FirstControl(absl::string_view text);

// "U+001B", of the character that begins at `offset`.
std::string ControlName(absl::string_view text, size_t offset);

// A text of the message that has one.
struct ControlField {
  std::string path;  // "scope.content_provider_id", "variables".
  std::string character;
};
std::optional<ControlField> FindControl(
    const google::protobuf::Message& message);

// "text: has the control character U+001B; remove it".
Both ControlFault(const ControlField& found);

}  // namespace sluice::tools
