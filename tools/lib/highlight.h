#pragma once

// A submitted text with its hits marked, for people who read why it was
// refused.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sluice/v1/message.pb.h"
#include "tools/lib/terminal.h"

namespace sluice::tools {

// Which code points of a text are in a span of any reason: one bool for each of
// its `size` code points. Spans beyond the text are cut.
std::vector<bool> MarkHits(const std::vector<v1::Reason>& reasons, size_t size);

// The text in lines of at most `width` cells, each indented by `indent`. With a
// style that is on, hits are underlined in colour; else a line of ^ under the
// text points at them. Ends with a newline.
std::string Highlight(absl::string_view text, const std::vector<bool>& hits,
                      const Style& style, size_t width, size_t indent = 2);

}  // namespace sluice::tools
