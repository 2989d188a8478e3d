#include "tools/lib/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace sluice::tools {

bool IsTerminal(int fd) { return isatty(fd) == 1; }

size_t TerminalWidth(int fd) {
  winsize size = {};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 100;
  return size.ws_col;
}

Style Style::For(int fd) {
  return Style(IsTerminal(fd) && std::getenv("NO_COLOR") == nullptr);
}

std::string Style::In(absl::string_view code, absl::string_view text) const {
  if (!on_) return std::string(text);
  return absl::StrCat("\033[", code, "m", text, "\033[0m");
}

}  // namespace sluice::tools
