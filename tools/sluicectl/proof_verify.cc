#include "tools/sluicectl/proof_verify.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "store/journal/merkle.h"
#include "store/proofs/signing_key.h"
#include "store/proofs/tree_paths.h"

namespace sluice::ctl {
namespace {

using store::Hash;

absl::StatusOr<Hash> HashOf(const std::string& octets) {
  Hash hash = {};
  if (octets.size() != hash.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a hash has ", octets.size(), " octets instead of 32"));
  }
  std::copy(octets.begin(), octets.end(), hash.begin());
  return hash;
}

template <typename Field>
absl::StatusOr<std::vector<Hash>> PathOf(const Field& field) {
  std::vector<Hash> path;
  for (const std::string& octets : field) {
    SLUICE_ASSIGN_OR_RETURN(path.emplace_back(), HashOf(octets));
  }
  return path;
}

absl::Status VerifyRecord(const admin::v1::RecordProof& record,
                          const store::TreeState& tree) {
  SLUICE_ASSIGN_OR_RETURN(const Hash leaf, HashOf(record.leaf()));
  if (!record.record().empty() && store::LeafHash(record.record()) != leaf) {
    return absl::DataLossError("its content is not what was hashed");
  }
  SLUICE_ASSIGN_OR_RETURN(const std::vector<Hash> path, PathOf(record.path()));
  if (!store::IncludesLeaf(tree, record.index(), leaf, path)) {
    return absl::DataLossError(absl::StrCat(
        "it is not at place ", record.index(), " of the signed tree"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ProofFile> ReadProof(const std::string& json) {
  ProofFile file;
  admin::v1::MessageProof message;
  const auto of_message =
      google::protobuf::util::JsonStringToMessage(json, &message);
  if (of_message.ok() && message.records_size() > 0) {
    file.message = std::move(message);
    return file;
  }
  admin::v1::HeadsProof heads;
  if (google::protobuf::util::JsonStringToMessage(json, &heads).ok() &&
      heads.has_to()) {
    file.heads = std::move(heads);
    return file;
  }
  return absl::InvalidArgumentError(
      "no proof: give a file that `sluicectl audit prove` wrote");
}

absl::StatusOr<store::SignedHead> VerifyHead(
    const admin::v1::SignedHead& signed_head) {
  SLUICE_ASSIGN_OR_RETURN(store::SignedHead head,
                          store::ParseHead(signed_head.text()));
  store::PublicKey key = {};
  if (signed_head.public_key().size() != key.size()) {
    return absl::InvalidArgumentError("the public key has not 32 octets");
  }
  std::copy(signed_head.public_key().begin(), signed_head.public_key().end(),
            key.begin());
  if (store::KeyIdOf(key) != head.key_id ||
      !store::IsSignedBy(key, head.signed_text(), head.signature)) {
    return absl::DataLossError(
        absl::StrCat("head ", head.head.number, " is not signed by its key"));
  }
  return head;
}

absl::StatusOr<store::SignedHead> VerifyMessage(
    const admin::v1::MessageProof& proof) {
  SLUICE_ASSIGN_OR_RETURN(store::SignedHead head, VerifyHead(proof.head()));
  const store::JournalTree* const journal = head.head.Of(proof.journal());
  if (journal == nullptr) {
    return absl::DataLossError(absl::StrCat("head ", head.head.number,
                                            " says nothing of journal ",
                                            proof.journal()));
  }
  if (proof.records().empty()) {
    return absl::InvalidArgumentError("the proof has no record");
  }
  for (int i = 0; i < proof.records_size(); ++i) {
    const absl::Status one = VerifyRecord(proof.records(i), journal->tree);
    if (one.ok()) continue;
    return absl::Status(one.code(),
                        absl::StrCat("record ", i + 1, ": ", one.message()));
  }
  return head;
}

absl::StatusOr<VerifiedHeads> VerifyHeads(const admin::v1::HeadsProof& proof) {
  VerifiedHeads heads;
  SLUICE_ASSIGN_OR_RETURN(heads.from, VerifyHead(proof.from()));
  SLUICE_ASSIGN_OR_RETURN(heads.to, VerifyHead(proof.to()));
  if (heads.from.head.store != heads.to.head.store) {
    return absl::DataLossError("the heads are of two stores");
  }
  for (const store::JournalTree& earlier : heads.from.head.journals) {
    const store::JournalTree* const later = heads.to.head.Of(earlier.journal);
    const auto growth = std::find_if(
        proof.journals().begin(), proof.journals().end(),
        [&](const auto& one) { return one.journal() == earlier.journal; });
    std::vector<Hash> path;
    if (growth != proof.journals().end()) {
      SLUICE_ASSIGN_OR_RETURN(path, PathOf(growth->path()));
    }
    if (later == nullptr || !store::GrewFrom(earlier.tree, later->tree, path)) {
      return absl::DataLossError(absl::StrCat(
          earlier.journal, ": head ", heads.to.head.number,
          " does not hold all that head ", heads.from.head.number, " held"));
    }
  }
  return heads;
}

}  // namespace sluice::ctl
