#include "rules/contacts/punycode.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "rules/base/characters.h"

namespace sluice::rules {
namespace {

// The parameters of RFC 3492, 5.
constexpr uint32_t kBase = 36;
constexpr uint32_t kThresholdMin = 1;
constexpr uint32_t kThresholdMax = 26;
constexpr uint32_t kSkew = 38;
constexpr uint32_t kDamp = 700;
constexpr uint32_t kFirstBias = 72;
constexpr char32_t kFirst = 0x80;
constexpr char32_t kCodePointMax = 0x10ffff;
// Bounds all sums: no label is as long.
constexpr size_t kSizeMax = 63;

// a to z are 0 to 25, 0 to 9 are 26 to 35; kBase: none.
uint32_t ValueOf(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<uint32_t>(c - 'a');
  return IsDigit(static_cast<uint8_t>(c)) ? static_cast<uint32_t>(c - '0') + 26
                                          : kBase;
}

// The bias after a step of `delta` that made `count` characters (6.1).
uint32_t BiasAfter(uint32_t delta, size_t count, bool first) {
  delta /= first ? kDamp : 2;
  delta += delta / static_cast<uint32_t>(count);
  uint32_t steps = 0;
  for (; delta > (kBase - kThresholdMin) * kThresholdMax / 2; steps += kBase) {
    delta /= kBase - kThresholdMin;
  }
  return steps + (kBase - kThresholdMin + 1) * delta / (delta + kSkew);
}

// Takes one number of variable length off `rest`. False: there is none.
bool TakeNumber(absl::string_view& rest, uint32_t bias, uint64_t& number) {
  uint64_t weight = 1;
  number = 0;
  for (uint32_t k = kBase;; k += kBase) {
    const uint32_t value = rest.empty() ? kBase : ValueOf(rest.front());
    if (value == kBase) return false;
    rest.remove_prefix(1);
    number += value * weight;
    const uint32_t threshold =
        k <= bias ? kThresholdMin
                  : std::clamp(k - bias, kThresholdMin, kThresholdMax);
    if (value < threshold) return true;
    weight *= kBase - threshold;
    if (weight > uint64_t{kCodePointMax} * kSizeMax) return false;
  }
}

}  // namespace

bool DecodePunycode(absl::string_view label, std::u32string& decoded) {
  decoded.clear();
  if (label.size() > kSizeMax) return false;
  const size_t hyphen = label.rfind('-');
  if (hyphen != label.npos) {
    for (const char c : label.substr(0, hyphen)) {
      decoded += static_cast<char32_t>(static_cast<uint8_t>(c));
    }
    label.remove_prefix(hyphen + 1);
  }
  uint64_t c = kFirst;
  uint64_t at = 0;
  uint32_t bias = kFirstBias;
  for (bool first = true; !label.empty(); first = false) {
    uint64_t step = 0;
    if (!TakeNumber(label, bias, step)) return false;
    const size_t count = decoded.size() + 1;
    bias = BiasAfter(static_cast<uint32_t>(step), count, first);
    at += step;
    c += at / count;
    at %= count;
    if (c > kCodePointMax) return false;
    decoded.insert(static_cast<size_t>(at++), 1, static_cast<char32_t>(c));
  }
  return true;
}

}  // namespace sluice::rules
