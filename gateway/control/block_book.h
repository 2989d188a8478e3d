#pragma once

// The blocks: officers stop a phrase, a domain or a content provider's messages
// at once and for a while; the mirror of exemptions. filter/policy/blocks.h
// looks for them.

#include "absl/status/statusor.h"
#include "gateway/control/break_glass_book.h"
#include "gateway/control/party_book.h"
#include "sluice/admin/v1/block.pb.h"
#include "sluice/admin/v1/rules.pb.h"

namespace sluice::gateway {

// As BreakGlassBook.
class BlockBook final : public BreakGlassBook<admin::v1::Block> {
 public:
  BlockBook(store::Store& store, const KeyHolders& holders)
      : BreakGlassBook(store, holders, {"拦截", "block"}) {}

  // Applies a record of the control journal; at start, in the journal's order.
  void Apply(const store::v1::BlockChanged& changed) { Take(changed.block()); }

  // As CreateBlock in rules.proto, with its errors; kUnavailable (the journal).
  absl::StatusOr<admin::v1::Block> Create(
      const admin::v1::CreateBlockRequest& request, const PartyBook& parties,
      const Actor& actor);

 private:
  absl::Status CheckOthers(const admin::v1::Block& made) const;
};

}  // namespace sluice::gateway
