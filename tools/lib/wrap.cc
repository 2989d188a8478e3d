#include "tools/lib/wrap.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/utext.h>

#include <memory>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/base/check.h"
#include "tools/lib/display_width.h"

namespace sluice::tools {
namespace {

// Stand at no line's end.
constexpr absl::string_view kOpening[] = {"“", "‘", "（", "《", "「", "【"};

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

// Whether a person would not break the text at `at`: inside a path or another
// word of Latin letters and marks without blanks.
bool IsInWord(absl::string_view text, size_t at) {
  return at > 0 && at < text.size() &&
         absl::ascii_isgraph(static_cast<unsigned char>(text[at - 1])) &&
         absl::ascii_isgraph(static_cast<unsigned char>(text[at]));
}

// Whether `at` stands in a command between backticks, which is copied whole.
bool IsInCommand(absl::string_view text, size_t at) {
  return absl::c_count(text.substr(0, at), '`') % 2 == 1;
}

// Whether a path begins at `at`: behind a blank, or right behind a Chinese
// character or comma.
bool BeginsPath(absl::string_view text, size_t at) {
  if (text[at] != '.' && text[at] != '/') return false;
  if (text[at - 1] == ' ') return true;
  if (!absl::StartsWith(text.substr(at), "./") || (text[at - 1] & 0x80) == 0) {
    return false;
  }
  const absl::string_view before = text.substr(0, at);
  return absl::c_none_of(kOpening, [before](absl::string_view one) {
    return absl::EndsWith(before, one);
  });
}

absl::string_view WithoutEnd(absl::string_view line) {
  return absl::StripTrailingAsciiWhitespace(line);
}

// The words of a text, each in the parts in which it may be broken when it is
// too wide for a line.
std::vector<std::vector<absl::string_view>> WordsIn(absl::string_view text) {
  std::vector<std::vector<absl::string_view>> words(1);
  size_t begin = 0;
  const auto end_part = [&](size_t end) {
    words.back().push_back(text.substr(begin, end - begin));
    begin = end;
  };
  for (const size_t end : BreaksOf(text)) {
    for (size_t at = begin + 1; at < end; ++at) {
      if (!BeginsPath(text, at)) continue;
      end_part(at);
      words.emplace_back();
    }
    end_part(end);
    if (end < text.size() && !IsInWord(text, end) && !IsInCommand(text, end)) {
      words.emplace_back();
    }
  }
  return words;
}

// `breaks_commands`: also those that are wider than a line.
std::vector<std::string> WrapWords(absl::string_view text, size_t width,
                                   bool breaks_commands) {
  std::vector<std::string> lines;
  std::string line;
  const auto end_line = [&] {
    lines.emplace_back(WithoutEnd(line));
    line.clear();
  };
  // Whether all of `word` is in the line, or in a new one.
  const auto add = [&](absl::string_view word) {
    const size_t cells = DisplayWidth(WithoutEnd(word));
    if (!line.empty() && DisplayWidth(line) + cells > width) end_line();
    if (cells > width) return false;
    line.append(word.data(), word.size());
    return true;
  };
  for (const std::vector<absl::string_view>& parts : WordsIn(text)) {
    const char* const begin = parts.front().data();
    const char* const end = parts.back().data() + parts.back().size();
    const absl::string_view word(begin, static_cast<size_t>(end - begin));
    if (add(word)) continue;
    if (!breaks_commands && absl::StrContains(word, '`')) {
      absl::StrAppend(&line, word);
      continue;
    }
    for (const absl::string_view part : parts) {
      if (add(part)) continue;
      for (const Glyph& glyph : SplitGlyphs(part)) {
        if (DisplayWidth(line) + CellsOf(glyph.code_point) > width) end_line();
        line.append(part.data() + glyph.offset, glyph.size);
      }
    }
  }
  if (!line.empty() || lines.empty()) end_line();
  return lines;
}

}  // namespace

std::vector<std::string> Wrap(absl::string_view text, size_t width) {
  return WrapWords(text, width, /*breaks_commands=*/true);
}

std::string WrapLines(absl::string_view text, size_t width, size_t indent) {
  if (width == 0) return std::string(text);
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::string first = WrapWords(line, width, false).front();
    lines.push_back(first);
    const absl::string_view rest =
        absl::StripLeadingAsciiWhitespace(line.substr(first.size()));
    if (rest.empty()) continue;
    for (const std::string& part : WrapWords(rest, width - indent, false)) {
      lines.push_back(absl::StrCat(std::string(indent, ' '), part));
    }
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace sluice::tools
