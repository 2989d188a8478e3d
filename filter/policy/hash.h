#pragma once

// Hashes that are kept in the journal: the same on every machine and in every
// version. 0 stands for "none", so no value hashes to it.

#include <cstdint>

#include "absl/strings/string_view.h"

namespace sluice::filter {

// XXH3-64; never 0. Different seeds make unrelated hashes.
uint64_t HashOf(absl::string_view bytes, uint64_t seed = 0);

// The hashes of ids that the ledger and the standing facts keep; 0 for an empty
// id.
uint32_t TemplateHash(absl::string_view template_id);
uint16_t CampaignHash(absl::string_view campaign_id);
uint32_t CategoryHash(absl::string_view category);

// A key and the times that were asked for under it (0: none), in one value,
// since the ledger has room for no more: the upper 48 bits are of account and
// key, the lower 16 of the times. 0 for an empty key.
uint64_t KeyHash(uint32_t account, absl::string_view key, int64_t send_after_ms,
                 int64_t expire_at_ms);
// Whether two hashes, none of them 0, are of the same key; equal ones are of
// the same times too.
constexpr bool IsSameKey(uint64_t a, uint64_t b) { return a >> 16 == b >> 16; }

}  // namespace sluice::filter
