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
uint32_t OptOutOrigin(const OptOutWay& way) {
  if (!way.raw_reply.empty()) return kOwnOrigin;
  const auto source = static_cast<uint64_t>(way.source);
  const bool named = !way.import_id.empty() &&
                     !absl::StartsWith(way.import_id, kUnnamedImport);
  const uint64_t hash = named ? HashOf(way.import_id, 2 * source + 1)
                        : !way.evidence.empty()
                            ? HashOf(way.evidence, 2 * source)
                            : HashOf(way.actor, ~source);
  const auto origin = static_cast<uint32_t>(hash);
  return origin != kOwnOrigin ? origin : 1;
}

uint32_t OriginOf(const store::v1::OptOutAdded& added) {
  return OptOutOrigin({.source = added.source(),
                       .import_id = added.import_id(),
                       .evidence = added.evidence(),
                       .actor = added.actor(),
                       .raw_reply = added.raw_reply()});
}

}  // namespace sluice::store
