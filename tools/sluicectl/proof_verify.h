#pragma once

// Verifies proofs without a server: whoever has the file and knows the id of
// the key that signs needs nothing else.

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "sluice/admin/v1/proofs.pb.h"
#include "store/proofs/head.h"

namespace sluice::ctl {

// A file that `sluicectl audit prove` wrote; one of the two is set.
struct ProofFile {
  std::optional<admin::v1::MessageProof> message;
  std::optional<admin::v1::HeadsProof> heads;
};

// Errors: kInvalidArgument.
absl::StatusOr<ProofFile> ReadProof(const std::string& json);

// Verifies the signature. Errors: kInvalidArgument (no head, no key);
// kDataLoss (signed otherwise).
absl::StatusOr<store::SignedHead> VerifyHead(
    const admin::v1::SignedHead& signed_head);

// Verifies all records; returns the head that holds them. Errors, which say
// what does not hold: as VerifyHead(), for a record as well.
absl::StatusOr<store::SignedHead> VerifyMessage(
    const admin::v1::MessageProof& proof);

struct VerifiedHeads {
  store::SignedHead from;
  store::SignedHead to;
};

// Verifies that `to` holds all that `from` held. Errors: as above.
absl::StatusOr<VerifiedHeads> VerifyHeads(const admin::v1::HeadsProof& proof);

}  // namespace sluice::ctl
