#pragma once

// The abilities of the terminal, and the few styles that the programs use.

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sluice::tools {

// Whether `fd` is a terminal.
bool IsTerminal(int fd);

// The cells in a line of `fd`; 100 when `fd` is no terminal.
size_t TerminalWidth(int fd);

// Adds escape sequences to a text, or none when off. Off by default, so that
// files and pipes get plain text.
class Style {
 public:
  Style() = default;
  explicit Style(bool on) : on_(on) {}

  // On for a terminal, unless NO_COLOR is set (no-color.org).
  static Style For(int fd);

  bool on() const { return on_; }
  std::string Bold(absl::string_view text) const { return In("1", text); }
  std::string Dim(absl::string_view text) const { return In("2", text); }
  std::string Good(absl::string_view text) const { return In("32", text); }
  std::string Bad(absl::string_view text) const { return In("31", text); }
  std::string Warn(absl::string_view text) const { return In("33", text); }
  std::string Hit(absl::string_view text) const { return In("1;4;31", text); }

 private:
  std::string In(absl::string_view code, absl::string_view text) const;

  bool on_ = false;
};

}  // namespace sluice::tools
