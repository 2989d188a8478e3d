#include "tools/lib/help_format.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tools/lib/display_width.h"
#include "tools/lib/wrap.h"

namespace sluice::tools {
namespace {

constexpr size_t kWidth = 80;
constexpr size_t kGoesOn = 6;  // Cells before the rest of a command.

// The words of a command; one in quotes is whole.
std::vector<std::string> WordsOf(absl::string_view command) {
  std::vector<std::string> words(1);
  char quote = 0;
  for (const char c : command) {
    if (c == ' ' && quote == 0) {
      words.emplace_back();
      continue;
    }
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    }
    words.back() += c;
  }
  return words;
}

// A command with " \" where it goes on in the next line.
std::string WrappedCommand(absl::string_view line) {
  if (DisplayWidth(line) <= kWidth) return std::string(line);
  const absl::string_view command = absl::StripLeadingAsciiWhitespace(line);
  std::string all(line.substr(0, line.size() - command.size()));
  size_t width = all.size();
  bool first = true;
  for (const std::string& word : WordsOf(command)) {
    const size_t cells = DisplayWidth(word);
    // Two are for the backslash.
    if (!first && width + 1 + cells > kWidth - 2) {
      absl::StrAppend(&all, " \\\n", std::string(kGoesOn, ' '));
      width = kGoesOn;
      first = true;
    }
    absl::StrAppend(&all, first ? "" : " ", word);
    width += cells + (first ? 0 : 1);
    first = false;
  }
  return all;
}

}  // namespace

std::string HelpFormatter::make_description(const CLI::App* app) const {
  return WrapLines(CLI::Formatter::make_description(app), kWidth);
}

std::string HelpFormatter::make_usage(const CLI::App* app,
                                      std::string name) const {
  return WrapLines(CLI::Formatter::make_usage(app, std::move(name)), kWidth,
                   kGoesOn);
}

std::string HelpFormatter::make_option(const CLI::Option* option,
                                       bool is_positional) const {
  return TwoColumns(absl::StrCat("  ", make_option_name(option, is_positional),
                                 make_option_opts(option)),
                    make_option_desc(option));
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  return TwoColumns(absl::StrCat("  ", command->get_display_name(true)),
                    command->get_description());
}

std::string HelpFormatter::make_footer(const CLI::App* app) const {
  std::vector<std::string> lines;
  for (const absl::string_view line :
       absl::StrSplit(CLI::Formatter::make_footer(app), '\n')) {
    lines.push_back(absl::StartsWith(line, "  ") ? WrappedCommand(line)
                                                 : WrapLines(line, kWidth));
  }
  return absl::StrJoin(lines, "\n");
}

// The right one begins in a line of its own where the left one is too wide.
std::string HelpFormatter::TwoColumns(const std::string& left,
                                      const std::string& right) const {
  const size_t begin = column_width_;
  std::string all = WrapLines(left, kWidth, kGoesOn);
  if (right.empty()) return all + "\n";
  bool beside = DisplayWidth(all) < begin;
  for (const absl::string_view line : absl::StrSplit(right, '\n')) {
    for (const std::string& part : Wrap(line, kWidth - begin)) {
      all = beside ? PadTo(all, begin)
                   : absl::StrCat(all, "\n", std::string(begin, ' '));
      beside = false;
      all += part;
    }
  }
  return all + "\n";
}

}  // namespace sluice::tools
