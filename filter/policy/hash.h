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
uint64_t KeyHash(uint32_t account, absl::string_view key);
uint32_t TemplateHash(absl::string_view template_id);
uint16_t CampaignHash(absl::string_view campaign_id);
uint32_t CategoryHash(absl::string_view category);

}  // namespace sluice::filter
