#include "gateway/wire/utf8.h"

#include <optional>

#include "rules/base/faults.h"

namespace sluice::gateway {

std::string ToUtf8(absl::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (;;) {
    const std::optional<size_t> bad = rules::FirstInvalidUtf8(bytes);
    text.append(bytes.data(), bad.value_or(bytes.size()));
    if (!bad) return text;
    text += "\xEF\xBF\xBD";
    bytes.remove_prefix(*bad + 1);
  }
}

}  // namespace sluice::gateway
