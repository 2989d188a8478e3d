#include "filter/policy/squeezed_text.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "rules/base/characters.h"

namespace sluice::filter {
namespace {

// Ends a clause wherever it stands. A full stop is looked at by itself.
bool EndsClause(char32_t c) {
  constexpr char32_t kEnds[] = {U'\n', U'\r', U',',  U';', U'!',  U'?',
                                U'[',  U']',  U'{',  U'}', U'，', U'；',
                                U'！', U'？', U'【', U'】'};
  return std::find(std::begin(kEnds), std::end(kEnds), c) != std::end(kEnds);
}

bool IsStop(char32_t c) { return c == U'.' || c == U'。'; }

// What a run of left out characters amounts to.
class GapRun {
 public:
  void Add(char32_t c) {
    gap_ = std::max(gap_, Gap::kGap);
    if (EndsClause(c)) gap_ = Gap::kBreak;
    if (!IsStop(c)) return;
    ++stops_;
    point_ = c == U'.';
  }

  // One full stop ends a clause and several are a pause, as in 不要...再发. A
  // point right before a letter is part of a figure or a name.
  Gap Take(bool joins_next) {
    const bool ends = stops_ == 1 && !(point_ && joins_next);
    const Gap gap = ends ? Gap::kBreak : gap_;
    *this = {};
    return gap;
  }

 private:
  Gap gap_ = Gap::kNone;
  int stops_ = 0;
  bool point_ = false;
};

}  // namespace

bool IsAsciiAlnumAt(absl::string_view text, size_t at) {
  return at < text.size() &&
         absl::ascii_isalnum(static_cast<unsigned char>(text[at]));
}

size_t CharacterSize(absl::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

bool SqueezedText::IsWordEdge(size_t at) const {
  if (gaps[at] == Gap::kBreak || !IsAsciiAlnumAt(bytes, at - 1) ||
      !IsAsciiAlnumAt(bytes, at)) {
    return true;
  }
  const bool in_number = IsDigit(static_cast<uint8_t>(bytes[at - 1])) &&
                         IsDigit(static_cast<uint8_t>(bytes[at]));
  return gaps[at] == Gap::kGap && !in_number;
}

SqueezedText Squeeze(absl::string_view folded) {
  SqueezedText out;
  out.gaps.clear();
  out.origins.clear();
  GapRun run;
  const auto size = static_cast<int32_t>(folded.size());
  for (int32_t at = 0; at < size;) {
    const int32_t begin = at;
    UChar32 c = 0;
    U8_NEXT(folded.data(), at, size, c);
    if (c < 0 || !u_isalnum(c)) {
      run.Add(static_cast<char32_t>(c));
      continue;
    }
    const bool right_behind = begin > 0 && folded[begin - 1] == '.';
    out.gaps.push_back(run.Take(right_behind && c < 0x80));
    out.gaps.resize(out.gaps.size() + (at - begin) - 1, Gap::kNone);
    for (int32_t i = begin; i < at; ++i) {
      out.bytes.push_back(folded[i]);
      out.origins.push_back(static_cast<uint32_t>(i));
    }
  }
  out.gaps.push_back(Gap::kBreak);
  out.origins.push_back(static_cast<uint32_t>(folded.size()));
  out.gaps.front() = Gap::kBreak;
  return out;
}

}  // namespace sluice::filter
