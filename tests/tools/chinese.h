#pragma once

// What a person who reads Chinese must meet, and must not: sentences left in
// English, and lines that are too wide.

#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/tools/run_ctl.h"
#include "tools/lib/display_width.h"

namespace sluice::ctl {

// The runs of three or more English words in `text`, but for those in quotes,
// commands to run and what a library says, which stands as 原文; words of ids,
// which have dashes, are none.
inline std::vector<std::string> EnglishIn(std::string text) {
  static const std::regex* const kLeftOut = new std::regex(
      R"(`[^`]*`|"[^"]*"|“[^“]*?”|sluicectl[ -~]*|CONTENT_[A-Z_]*|（原文：[^\n]*?）)");
  static const std::regex* const kRun =
      new std::regex(R"((^|[^-A-Za-z_./])[A-Za-z]+( [A-Za-z]+){2,})");
  text = std::regex_replace(text, *kLeftOut, "`");
  std::vector<std::string> runs;
  for (std::sregex_iterator at(text.begin(), text.end(), *kRun), end; at != end;
       ++at) {
    runs.push_back(at->str());
  }
  return runs;
}

inline void ExpectChinese(const Output& output) {
  for (const std::string& text : {output.out, output.err}) {
    for (const std::string& run : EnglishIn(text)) {
      ADD_FAILURE() << "\"" << run << "\" in\n" << text;
    }
  }
}

// Without blanks and line ends: where a sentence breaks depends on its names.
inline std::string Unbroken(absl::string_view text) {
  return absl::StrReplaceAll(text, {{" ", ""}, {"\n", ""}});
}

inline void ExpectAll(const std::string& text,
                      const std::vector<const char*>& parts) {
  const std::string unbroken = Unbroken(text);
  for (const char* part : parts) {
    EXPECT_TRUE(absl::StrContains(unbroken, Unbroken(part))) << part << "\n"
                                                             << text;
  }
}

// At most 80 cells in each line of a table; prose is broken by terminals.
inline void ExpectNarrow(const std::string& text) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::StrContains(line, "  ")) continue;
    EXPECT_LE(tools::DisplayWidth(line), 80u) << line;
  }
}

// At most 80 cells in each line.
inline void ExpectAllNarrow(const std::string& text) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(tools::DisplayWidth(line), 80u) << line;
  }
}

// Each column of a table, a run of dashes, has a title above it.
inline void ExpectTitles(const std::string& text) {
  static const std::regex* const kDashes = new std::regex("-+(  -+)*");
  static const std::regex* const kTitle = new std::regex("[^ ]+( [^ ]+)*");
  const auto titles = [](const std::string& line) {
    return std::distance(
        std::sregex_iterator(line.begin(), line.end(), *kTitle),
        std::sregex_iterator());
  };
  std::string above;
  for (const absl::string_view view : absl::StrSplit(text, '\n')) {
    const std::string line(view);
    if (std::regex_match(line, *kDashes)) {
      EXPECT_EQ(titles(above), titles(line)) << above;
    }
    above = line;
  }
}

}  // namespace sluice::ctl
