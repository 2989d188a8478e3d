#pragma once

// Verifies proofs without a server: whoever has the file and knows the id of
// the key that signs needs nothing else.

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sluice/admin/v1/proofs.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "store/proofs/head.h"

namespace sluice::ctl {

// A file that `sluicectl audit prove` wrote, or the cover of an export; one of
// the three is set.
struct ProofFile {
  std::optional<admin::v1::MessageProof> message;
  std::optional<admin::v1::HeadsProof> heads;
  std::optional<admin::v1::ExportProof> sealed;
};

// Errors: kInvalidArgument.
absl::StatusOr<ProofFile> ReadProof(const std::string& json);

// Verifies the signature, and that each key up to it is signed by the one
// before. Errors: kInvalidArgument (no head, no key); kDataLoss (signed
// otherwise).
absl::StatusOr<store::SignedHead> VerifyHead(
    const admin::v1::SignedHead& signed_head);

// The ids of the keys up to the one that signed a verified head, oldest first.
std::vector<std::string> KeyIdsOf(const admin::v1::SignedHead& signed_head);

// Verifies all records; returns the head that holds them. Errors, which say
// what does not hold: as VerifyHead(), for a record as well.
absl::StatusOr<store::SignedHead> VerifyMessage(
    const admin::v1::MessageProof& proof);

struct VerifiedExport {
  store::SignedHead head;
  store::v1::Record record;  // With an ExportSealed.
};

// Verifies that the store journaled this export. Errors: as above; kDataLoss
// also when what the proof shows is not what the record says.
absl::StatusOr<VerifiedExport> VerifyExport(
    const admin::v1::ExportProof& proof);

struct VerifiedHeads {
  store::SignedHead from;
  store::SignedHead to;
};

// Verifies that `to` holds all that `from` held. Errors: as above.
absl::StatusOr<VerifiedHeads> VerifyHeads(const admin::v1::HeadsProof& proof);

}  // namespace sluice::ctl
