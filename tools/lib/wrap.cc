#include "tools/lib/wrap.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/utext.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/base/check.h"
#include "tools/lib/display_width.h"

namespace sluice::tools {
namespace {

// Offsets in bytes after which a line may end; the last is the text's size.
std::vector<size_t> BreaksOf(absl::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> breaks(
      icu::BreakIterator::createLineInstance(icu::Locale::getRoot(), error));
  SLUICE_CHECK(U_SUCCESS(error));  // ICU's own data, which it comes with.
  UText utf8 = UTEXT_INITIALIZER;
  utext_openUTF8(&utf8, text.data(), static_cast<int64_t>(text.size()), &error);
  breaks->setText(&utf8, error);
  std::vector<size_t> found;
  for (int32_t at = breaks->next(); at != icu::BreakIterator::DONE;
       at = breaks->next()) {
    found.push_back(static_cast<size_t>(at));
  }
  utext_close(&utf8);
  if (found.empty() || found.back() != text.size()) {
    found.push_back(text.size());
  }
  return found;
}

absl::string_view WithoutEnd(absl::string_view line) {
  return absl::StripTrailingAsciiWhitespace(line);
}

}  // namespace

std::vector<std::string> Wrap(absl::string_view text, size_t width) {
  std::vector<std::string> lines;
  std::string line;
  const auto end_line = [&] {
    lines.emplace_back(WithoutEnd(line));
    line.clear();
  };
  size_t begin = 0;
  for (const size_t end : BreaksOf(text)) {
    const absl::string_view word = text.substr(begin, end - begin);
    begin = end;
    if (!line.empty() &&
        DisplayWidth(line) + DisplayWidth(WithoutEnd(word)) > width) {
      end_line();
    }
    if (DisplayWidth(WithoutEnd(word)) <= width) {
      line.append(word.data(), word.size());
      continue;
    }
    for (const Glyph& glyph : SplitGlyphs(word)) {
      if (DisplayWidth(line) + CellsOf(glyph.code_point) > width) end_line();
      line.append(word.data() + glyph.offset, glyph.size);
    }
  }
  if (!line.empty() || lines.empty()) end_line();
  return lines;
}

std::string WrapLines(absl::string_view text, size_t width, size_t indent) {
  if (width == 0) return std::string(text);
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::string first = Wrap(line, width).front();
    lines.push_back(first);
    const absl::string_view rest =
        absl::StripLeadingAsciiWhitespace(line.substr(first.size()));
    if (rest.empty()) continue;
    for (const std::string& part : Wrap(rest, width - indent)) {
      lines.push_back(absl::StrCat(std::string(indent, ' '), part));
    }
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace sluice::tools
