#include "tools/evaluate_run/alike_file.h"

#include <algorithm>
#include <functional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rules/base/status_macros.h"
#include "rules/fold/fold.h"
#include "rules/fold/han_tables.h"
#include "tools/lib/line_reader.h"

namespace sluice::evaluate {
namespace {

using Ways = std::vector<std::u32string>;

// `ways_of` parses the rest of a line, after the character.
absl::StatusOr<Alikes> Read(
    const std::string& path,
    const std::function<Ways(absl::string_view)>& ways_of) {
  Alikes alikes;
  const auto take = [&](uint64_t number, std::string& line) {
    const absl::string_view text = line;
    const absl::string_view content =
        absl::StripLeadingAsciiWhitespace(text.substr(0, text.find('#')));
    if (content.empty()) return absl::OkStatus();
    const size_t blank = std::min(content.find_first_of(" \t"), content.size());
    rules::FoldedText folded;
    const std::u32string first =
        rules::FoldTable::Shared().Fold(content, folded)
            ? rules::CodePoints(content.substr(0, blank))
            : std::u32string();
    if (first.size() != 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ":", number,
          ": a line is a character, a blank and what may stand for it, in "
          "UTF-8"));
    }
    for (std::u32string& way : ways_of(content.substr(blank))) {
      if (way != first) alikes[first[0]].push_back(std::move(way));
    }
    return absl::OkStatus();
  };
  SLUICE_RETURN_IF_ERROR(tools::ForEachLineOf(path, take));
  return alikes;
}

}  // namespace

absl::StatusOr<Alikes> ReadAlikes(const std::string& path) {
  return Read(path, [](absl::string_view others) {
    Ways ways;
    for (const char32_t c : rules::CodePoints(others)) {
      if (c != ' ' && c != '\t' && c != '\r') ways.push_back({c});
    }
    return ways;
  });
}

absl::StatusOr<Alikes> ReadParts(const std::string& path) {
  return Read(path, [](absl::string_view all) {
    Ways ways;
    for (const absl::string_view way : absl::StrSplit(all, '\t')) {
      std::u32string parts;
      for (const absl::string_view part :
           absl::StrSplit(way, absl::ByAnyChar(" \r"), absl::SkipEmpty())) {
        parts += rules::CodePoints(part);
      }
      if (parts.size() > 1) ways.push_back(std::move(parts));
    }
    return ways;
  });
}

}  // namespace sluice::evaluate
