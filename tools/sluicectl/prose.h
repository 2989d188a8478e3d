#pragma once

// Sentences that fit the terminal, whatever the names in them. A command to
// copy stands between backticks or in a line of its own, since a broken one
// cannot be pasted.

#include <string>

#include "absl/strings/string_view.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// The lines of `text`, each broken where it is wider than the terminal, and an
// end of line.
std::string Prose(const Context& context, absl::string_view text);

// Prints the lines of `text`, each broken where it is wider than the terminal;
// what goes on is indented. `head`, the beginning of `text`, is shown as
// `styled`, whose escape sequences take no cells.
void PrintProse(const Context& context, const std::string& text,
                absl::string_view head = "", absl::string_view styled = "");

// The same for what must not be overlooked: a red head, then the rest.
void PrintNote(const Context& context, const std::string& head,
               const std::string& rest);

}  // namespace sluice::ctl
