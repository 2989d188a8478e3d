#include "filter/policy/hash.h"

#include "rules/base/fmix64.h"

#include <xxhash.h>

namespace sluice::filter {
namespace {

// So that a template, a campaign and a category of one name differ.
constexpr uint64_t kTemplateSeed = 1;
constexpr uint64_t kCampaignSeed = 2;
constexpr uint64_t kCategorySeed = 3;

// The low bits of the hash; never 0.
template <typename Bits>
Bits LowBits(absl::string_view id, uint64_t seed) {
  if (id.empty()) return 0;
  const auto bits = static_cast<Bits>(HashOf(id, seed));
  return bits == 0 ? Bits{1} : bits;
}

}  // namespace

uint64_t HashOf(absl::string_view bytes, uint64_t seed) {
  const uint64_t hash = XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
  return hash == 0 ? 1 : hash;
}

uint32_t TemplateHash(absl::string_view template_id) {
  return LowBits<uint32_t>(template_id, kTemplateSeed);
}

uint16_t CampaignHash(absl::string_view campaign_id) {
  return LowBits<uint16_t>(campaign_id, kCampaignSeed);
}

uint32_t CategoryHash(absl::string_view category) {
  return LowBits<uint32_t>(category, kCategorySeed);
}

uint64_t KeyHash(uint32_t account, absl::string_view key, int64_t send_after_ms,
                 int64_t expire_at_ms) {
  if (key.empty()) return 0;
  constexpr uint64_t kTimes = 0xffff;
  constexpr uint64_t kNever0 = uint64_t{1} << 63;
  const uint64_t times = Fmix64(static_cast<uint64_t>(send_after_ms) +
                                Fmix64(static_cast<uint64_t>(expire_at_ms)));
  return kNever0 | (HashOf(key, Fmix64(account)) & ~kTimes) | (times & kTimes);
}

}  // namespace sluice::filter
