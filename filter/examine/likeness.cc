#include "filter/examine/likeness.h"

#include <unicode/utf8.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <limits>

#include "filter/policy/hash.h"
#include "rules/base/characters.h"
#include "rules/base/fmix64.h"

namespace sluice::filter {
namespace {

constexpr size_t kOrders = 64;
// Pairs of characters that are gathered before all orders look at them.
constexpr size_t kBlock = 64;
// Stands for everything that differs from copy to copy. No other digit is left.
constexpr char32_t kMask = '0';

bool IsWord(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z'); }

// Whether `c` joins the words of one link, address, amount, date or time.
bool IsJoint(char c) {
  constexpr absl::string_view kJoints = "./:?&=%#_-@+~,";
  return kJoints.find(c) != absl::string_view::npos;
}

char32_t TakeCodePoint(absl::string_view& text) {
  size_t at = 0;
  UChar32 c;
  U8_NEXT(text.data(), at, text.size(), c);
  text.remove_prefix(at);
  return c < 0 ? 0xfffd : static_cast<char32_t>(c);
}

// Words with what joins them, from the beginning of a text that begins with
// one.
struct Compound {
  size_t size = 0;
  bool varies = false;  // A number, code, link or the like.
};

Compound ReadCompound(absl::string_view text) {
  constexpr size_t kJointsMax = 3;  // As in http://.
  Compound compound;
  for (size_t i = 0; i < text.size();) {
    if (IsWord(text[i])) {
      compound.varies |= IsDigit(text[i]);
      compound.size = ++i;
      continue;
    }
    const size_t joints_begin = i;
    while (i < text.size() && i - joints_begin < kJointsMax &&
           IsJoint(text[i])) {
      ++i;
    }
    if (i == joints_begin || i == text.size() || !IsWord(text[i])) break;
    const absl::string_view joints =
        text.substr(joints_begin, i - joints_begin);
    // A comma joins digits only: elsewhere it is the end of a clause.
    if (joints.find(',') != absl::string_view::npos &&
        (joints.size() > 1 || !IsDigit(text[joints_begin - 1]) ||
         !IsDigit(text[i]))) {
      break;
    }
    compound.varies |= joints.find_first_of("./@") != absl::string_view::npos;
  }
  return compound;
}

// Eight values at once: every processor we run on multiplies and compares eight
// 16-bit values with one instruction each.
constexpr size_t kLanes = 8;
using Lanes = int16_t __attribute__((vector_size(kLanes * sizeof(int16_t))));
using UnsignedLanes =
    uint16_t __attribute__((vector_size(kLanes * sizeof(uint16_t))));

// The orders, in two halves that look at other bits of a pair's hash.
constexpr size_t kHalf = kOrders / 2 / kLanes;
using Half = std::array<UnsignedLanes, kHalf>;

// Two unrelated multipliers an order; odd, so that no bit is lost.
struct Multipliers {
  std::array<uint16_t, kOrders> first = {};
  std::array<uint16_t, kOrders> second = {};
};

constexpr Multipliers MakeMultipliers() {
  Multipliers multipliers;
  for (size_t i = 0; i < kOrders; ++i) {
    multipliers.first[i] = static_cast<uint16_t>(Fmix64(i + 1) >> 40 | 1);
    multipliers.second[i] = static_cast<uint16_t>(Fmix64(i + 101) >> 30 | 1);
  }
  return multipliers;
}

constexpr Multipliers kMultipliers = MakeMultipliers();

Half HalfOf(const std::array<uint16_t, kOrders>& multipliers, int which) {
  Half half;
  std::memcpy(&half, multipliers.data() + which * kOrders / 2, sizeof(half));
  return half;
}

// The least pair under each order so far.
class Least {
 public:
  Least() {
    for (auto& half : least_) {
      half.fill(Lanes{} + std::numeric_limits<int16_t>::max());
    }
  }

  void Add(char32_t first, char32_t second) {
    const uint64_t pair = static_cast<uint64_t>(first) << 32 | second;
    hashes_[size_++] = Fmix64(pair * 0x9e3779b97f4a7c15ULL + 1);
    if (size_ == kBlock) Flush();
  }

  // A bit of each, chosen by all bits of the pair's value: its own low bits are
  // the same under several orders.
  uint64_t Bits() {
    Flush();
    uint64_t bits = 0;
    for (size_t i = 0; i < 2 * kHalf; ++i) {
      auto value =
          reinterpret_cast<UnsignedLanes>(least_[i / kHalf][i % kHalf]);
      value = (value ^ value >> 8) * 0x88b5;
      value = (value ^ value >> 7) * 0xdb2d;
      value = (value ^ value >> 9) & 1;
      for (size_t k = 0; k < kLanes; ++k) {
        bits |= uint64_t{value[k]} << (i * kLanes + k);
      }
    }
    return bits;
  }

 private:
  void Flush() {
    FlushHalf<0>();
    FlushHalf<1>();
    size_ = 0;
  }

  template <int kWhich>
  void FlushHalf() {
    const Half first = HalfOf(kMultipliers.first, kWhich);
    const Half second = HalfOf(kMultipliers.second, kWhich);
    std::array<Lanes, kHalf> least = least_[kWhich];
    for (size_t n = 0; n < size_; ++n) {
      const uint64_t hash = hashes_[n] >> (32 * kWhich);
      const UnsignedLanes low = UnsignedLanes{} + static_cast<uint16_t>(hash);
      const UnsignedLanes high =
          UnsignedLanes{} + static_cast<uint16_t>(hash >> 16);
#pragma GCC unroll 4
      for (size_t i = 0; i < kHalf; ++i) {
        const auto value =
            reinterpret_cast<Lanes>(low * first[i] + high * second[i]);
        least[i] = value < least[i] ? value : least[i];
      }
    }
    least_[kWhich] = least;
  }

  std::array<uint64_t, kBlock> hashes_;
  size_t size_ = 0;
  std::array<std::array<Lanes, kHalf>, 2> least_;
};

}  // namespace

uint64_t LikenessHash(absl::string_view folded) {
  if (folded.empty()) return 0;
  Least least;
  char32_t before = 0;
  const auto add = [&](char32_t c) {
    least.Add(before, c);
    before = c;
  };
  while (!folded.empty()) {
    if (!IsWord(folded[0])) {
      add(TakeCodePoint(folded));
      continue;
    }
    const Compound compound = ReadCompound(folded);
    if (compound.varies) {
      add(kMask);
    } else {
      for (const char c : folded.substr(0, compound.size)) {
        add(static_cast<uint8_t>(c));
      }
    }
    folded.remove_prefix(compound.size);
  }
  const uint64_t bits = least.Bits();
  return bits == 0 ? 1 : bits;
}

}  // namespace sluice::filter
