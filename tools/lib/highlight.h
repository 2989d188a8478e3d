#pragma once

// A submitted text with its hits marked, for people who want to know why it was
// rejected.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sluice/v1/message.pb.h"
#include "tools/lib/terminal.h"

namespace sluice::tools {

// For each of the `size` code points of a text, whether it is in a span of a
// reason. Spans are cut at the end of the text.
std::vector<bool> MarkHits(const std::vector<v1::Reason>& reasons, size_t size);

// The text in lines of at most `width` cells, each indented by `indent`. With
// `style` on, hits are underlined and coloured; otherwise a line of ^ under the
// text marks them. Ends with a newline.
std::string Highlight(absl::string_view text, const std::vector<bool>& hits,
                      const Style& style, size_t width, size_t indent = 2);

}  // namespace sluice::tools
