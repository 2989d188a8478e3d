#include "store/partition/opt_out_origin.h"

#include <xxhash.h>

#include "absl/strings/match.h"

namespace sluice::store {
namespace {

uint64_t HashOf(absl::string_view text, uint64_t seed) {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

}  // namespace

// Checkpoints keep the result: it must never change.
uint32_t OptOutOrigin(admin::v1::OptOutSource source,
                      absl::string_view import_id, absl::string_view evidence,
                      absl::string_view raw_reply) {
  const auto way = static_cast<uint64_t>(source);
  const bool named =
      !import_id.empty() && !absl::StartsWith(import_id, kUnnamedImport);
  const uint64_t hash = named ? HashOf(import_id, 2 * way + 1)
                              : HashOf(raw_reply, HashOf(evidence, 2 * way));
  const auto origin = static_cast<uint32_t>(hash);
  return origin != 0 ? origin : 1;
}

uint32_t OriginOf(const store::v1::OptOutAdded& added) {
  return OptOutOrigin(added.source(), added.import_id(), added.evidence(),
                      added.raw_reply());
}

}  // namespace sluice::store
