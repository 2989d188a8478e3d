#pragma once

// What a proof about records says.

#include <cstdint>
#include <string>
#include <vector>

#include "store/journal/sha256.h"
#include "store/proofs/head.h"
#include "store/proofs/signing_key.h"

namespace sluice::store {

struct RecordProof {
  std::string record;  // Empty: retention removed it.
  uint64_t index = 0;  // Of its leaf.
  Hash leaf = {};
  std::vector<Hash> path;  // As InclusionPath() says.
};

// Records of one journal, proven to be in a head.
struct RecordsProof {
  SignedHead head;
  PublicKey key = {};  // That signed it.
  std::vector<RecordProof> records;
};

struct HeadAndKey {
  SignedHead head;
  PublicKey key = {};
};

}  // namespace sluice::store
