#pragma once

// Control characters in what people give: a NUL or an ESC in a text is a
// damaged file, a wrong encoding, or an attack on whoever looks at it.

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace sluice::tools {

// Where a character of the categories C0, DEL or C1 begins in `text`, which is
// UTF-8, other than a tab and the ends of lines.
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
std::string ControlFault(const ControlField& found);

}  // namespace sluice::tools
