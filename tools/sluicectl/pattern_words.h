#pragma once

// Sentences that a library says in English, with numbers and names in them, as
// a person reads them in Chinese.

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/base/language.h"

namespace sluice::ctl {

// The Chinese of the first of `patterns` whose English `text` is; nothing: it
// is none of them. "#" in a pattern stands for any text, as short as can be,
// which is put into the Chinese in the same order: in Chinese if it is one of
// `patterns` itself, else as it is.
std::optional<std::string> ChineseOfPattern(absl::Span<const Words> patterns,
                                            absl::string_view text);

}  // namespace sluice::ctl
