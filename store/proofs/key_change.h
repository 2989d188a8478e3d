#pragma once

// A record of the control journal that names the key that signs heads from
// there on, signed by the key before it.

#include <optional>

#include "sluice/store/v1/record.pb.h"
#include "store/journal/sha256.h"
#include "store/proofs/signing_key.h"

namespace sluice::store {

struct KeyChange {
  PublicKey key = {};
  // Of the key before, over `key`; zeros: that one was lost, or there was none.
  Signature signature = {};

  bool IsSignedBy(const PublicKey& before) const {
    return store::IsSignedBy(before, AsBytes(key), signature);
  }
};

// nullopt: it is another record, or has no key of the right size.
std::optional<KeyChange> ReadKeyChange(const v1::Record& record);

}  // namespace sluice::store
