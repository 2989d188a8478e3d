#include "rules/fold/text_runs.h"

#include <array>
#include <cstring>

namespace sluice::rules {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighs = 0x8080808080808080;

enum Class : uint8_t { kNothing, kLetter, kDigit, kPoint };

constexpr std::array<uint8_t, 256> kClasses = [] {
  std::array<uint8_t, 256> classes = {};
  for (int c = 'a'; c <= 'z'; ++c) classes[c] = kLetter;
  for (int c = '0'; c <= '9'; ++c) classes[c] = kDigit;
  classes['.'] = kPoint;
  return classes;
}();

uint8_t ClassOf(char c) { return kClasses[static_cast<uint8_t>(c)]; }

uint64_t WordAt(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

bool IsOther(char c) { return (c & 0x80) != 0; }

}  // namespace

bool MayHaveRuns(absl::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  for (; end - p >= 8; p += 8) {
    const uint64_t word = WordAt(p);
    // Bytes below 0x80 that are '.' or above. Seven bits each, so that no byte
    // carries into the next.
    const uint64_t from_dot = (word & ~kHighs) + kOnes * (0x80 - '.');
    if ((from_dot & ~word & kHighs) != 0) return true;
  }
  for (; p < end; ++p) {
    if (ClassOf(*p) != kNothing) return true;
  }
  return false;
}

void FindRuns(absl::string_view text, std::vector<TextRun>& runs) {
  runs.clear();
  const auto size = static_cast<uint32_t>(text.size());
  for (uint32_t i = 0; i < size;) {
    if (size - i >= 8 && (WordAt(&text[i]) & kHighs) == kHighs) {
      i += 8;
      continue;
    }
    const uint8_t c = ClassOf(text[i]);
    const uint32_t begin = i++;
    if (c == kNothing) continue;
    if (c == kPoint) {
      if ((begin > 0 && IsOther(text[begin - 1])) ||
          (i < size && IsOther(text[i]))) {
        runs.push_back({begin, i, TextRun::Kind::kDot});
      }
      continue;
    }
    while (i < size && ClassOf(text[i]) == c) ++i;
    runs.push_back(
        {begin, i,
         c == kLetter ? TextRun::Kind::kLetters : TextRun::Kind::kDigits});
  }
}

}  // namespace sluice::rules
