#include "rules/fold/chinese_digits.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "absl/strings/ascii.h"

namespace sluice::rules {
namespace {

bool IsAlnum(absl::string_view text, size_t at) {
  return at < text.size() &&
         absl::ascii_isalnum(static_cast<unsigned char>(text[at]));
}

bool IsLinkByte(absl::string_view text, size_t at) {
  return IsAlnum(text, at) ||
         (at < text.size() && absl::string_view("-_./=?&#").find(text[at]) !=
                                  absl::string_view::npos);
}

size_t CountDigits(absl::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

// Shorter runs are no number that a word could have stuck to, but for those of
// services. Most codes are shorter.
constexpr size_t kRunMin = 8;

// Whether it matters which digits of the run were Chinese: it is long, or
// stands beside what may be a part of a link.
bool Matters(absl::string_view text, const TextRun& run, bool has_letters) {
  if (run.kind != TextRun::Kind::kDigits) return false;
  return run.size() >= kRunMin ||
         (has_letters && (IsLinkByte(text, run.begin - size_t{1}) ||
                          IsLinkByte(text, run.end)));
}

// Walks the folded and the submitted text side by side.
class Walk {
 public:
  Walk(const FoldedText& folded, absl::string_view submitted,
       std::vector<uint32_t>& origins)
      : folded_(folded), submitted_(submitted), origins_(origins) {
    if (!folded.anchors.empty()) folded.Origins(origins);
  }

  // The character that byte `byte` of the folded text stems from; bytes are
  // asked for in ascending order.
  UChar32 SubmittedAt(uint32_t byte) {
    const uint32_t target = OriginOf(byte);
    const auto size = static_cast<int32_t>(submitted_.size());
    for (; index_ < target && at_ < size; ++index_) {
      U8_FWD_1(submitted_.data(), at_, size);
    }
    if (at_ >= size) return U_SENTINEL;
    int32_t next = at_;
    UChar32 c;
    U8_NEXT(submitted_.data(), next, size, c);
    return c;
  }

 private:
  uint32_t OriginOf(uint32_t byte) {
    if (!folded_.anchors.empty()) return origins_[byte];
    for (; folded_at_ < byte; ++folded_at_) {
      const char next = folded_.bytes[folded_at_ + 1];
      folded_index_ += (next & 0xc0) != 0x80;
    }
    return folded_index_;
  }

  const FoldedText& folded_;
  const absl::string_view submitted_;
  const std::vector<uint32_t>& origins_;
  uint32_t folded_at_ = 0;  // A byte, and the code point that it is in.
  uint32_t folded_index_ = 0;
  int32_t at_ = 0;  // The same of the submitted text.
  uint32_t index_ = 0;
};

bool Has(const std::vector<uint32_t>& digits, size_t at) {
  return std::binary_search(digits.begin(), digits.end(), at);
}

// Eleven digits, or a fixed line's or 400's ten to twelve.
bool IsLongAsPhone(absl::string_view digits) {
  const size_t size = digits.size();
  return (size == 11 && digits[0] == '1') ||
         (size >= 10 && size <= 12 && digits[0] == '0') ||
         (size == 10 && digits.substr(1, 2) == "00");
}

// All digits of `run` were Chinese. Whether it is a part of a host name:
// "abc一二.com".
bool IsInHost(absl::string_view text, const TextRun& run) {
  const bool before = run.begin > 1 && text[run.begin - 1] == '.' &&
                      IsAlnum(text, run.begin - 2);
  const bool after = run.end < text.size() && text[run.end] == '.' &&
                     IsAlnum(text, run.end + 1);
  return before || after;
}

bool IsBesideLetters(absl::string_view text, const TextRun& run) {
  return IsAlnum(text, run.begin - size_t{1}) || IsAlnum(text, run.end);
}

void Cut(absl::string_view text, const std::vector<uint32_t>& digits,
         TextRun& run) {
  uint32_t begin = run.begin;
  uint32_t end = run.end;
  while (begin < end && Has(digits, begin)) ++begin;
  while (end > begin && Has(digits, end - 1)) --end;
  if (begin == run.begin && end == run.end) return;
  if (begin == end) {  // All Chinese.
    if (run.size() <= 2 && IsBesideLetters(text, run) && !IsInHost(text, run)) {
      run.end = run.begin;
    }
    return;
  }
  if (IsLongAsPhone(text.substr(run.begin, run.size()))) return;
  for (uint32_t i = begin; i < end; ++i) {
    if (Has(digits, i)) return;  // Mixed on purpose.
  }
  run.begin = begin;
  run.end = end;
}

}  // namespace

void FindChineseDigits(const FoldedText& folded, absl::string_view submitted,
                       const std::vector<TextRun>& runs,
                       std::vector<uint32_t>& origins,
                       std::vector<uint32_t>& digits) {
  digits.clear();
  bool has_letters = false;
  size_t count = 0;
  for (const TextRun& run : runs) {
    has_letters = has_letters || run.kind == TextRun::Kind::kLetters;
    if (run.kind == TextRun::Kind::kDigits) count += run.size();
  }
  const auto matters = [&](const TextRun& run) {
    return Matters(folded.bytes, run, has_letters);
  };
  // ASCII digits stay what they are; where there are no more, none was Chinese.
  if (std::none_of(runs.begin(), runs.end(), matters) ||
      CountDigits(submitted) == count) {
    return;
  }
  Walk walk(folded, submitted, origins);
  for (const TextRun& run : runs) {
    if (!matters(run)) continue;
    for (uint32_t byte = run.begin; byte < run.end; ++byte) {
      const UChar32 c = walk.SubmittedAt(byte);
      if (c > 0x7f && u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC)) {
        digits.push_back(byte);
      }
    }
  }
}

void CutChineseDigits(absl::string_view text,
                      const std::vector<uint32_t>& digits,
                      std::vector<TextRun>& runs) {
  if (digits.empty()) return;
  for (TextRun& run : runs) {
    if (run.kind == TextRun::Kind::kDigits) Cut(text, digits, run);
  }
  runs.erase(std::remove_if(runs.begin(), runs.end(),
                            [](const TextRun& run) { return run.size() == 0; }),
             runs.end());
}

}  // namespace sluice::rules
