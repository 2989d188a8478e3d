#include "tools/sluicectl/proof_verify.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "store/journal/merkle.h"
#include "store/journal/segment.h"
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

absl::StatusOr<store::PublicKey> KeyOf(const std::string& octets) {
  store::PublicKey key = {};
  if (octets.size() != key.size()) {
    return absl::InvalidArgumentError("a public key has not 32 octets");
  }
  std::copy(octets.begin(), octets.end(), key.begin());
  return key;
}

// That each key is signed by the one before, and `last` is the last. A proof of
// an older version has none.
absl::Status VerifyKeys(const admin::v1::SignedHead& signed_head,
                        const store::PublicKey& last) {
  std::optional<store::PublicKey> before;
  for (const admin::v1::SigningKey& one : signed_head.keys()) {
    SLUICE_ASSIGN_OR_RETURN(const store::PublicKey key,
                            KeyOf(one.public_key()));
    store::Signature signature = {};
    if (one.signature().size() == signature.size()) {
      std::copy(one.signature().begin(), one.signature().end(),
                signature.begin());
    }
    if (before && !store::IsSignedBy(*before, one.public_key(), signature)) {
      return absl::DataLossError(absl::StrCat("key ", store::KeyIdOf(key),
                                              " is not signed by key ",
                                              store::KeyIdOf(*before)));
    }
    before = key;
  }
  if (!before || *before == last) return absl::OkStatus();
  return absl::DataLossError("its keys end with another one than signed it");
}

// Verifies the head and that the records are in it; returns it.
absl::StatusOr<store::SignedHead> VerifyRecords(
    const admin::v1::SignedHead& signed_head, const std::string& journal,
    const google::protobuf::RepeatedPtrField<admin::v1::RecordProof>& records) {
  SLUICE_ASSIGN_OR_RETURN(store::SignedHead head, VerifyHead(signed_head));
  const store::JournalTree* const tree = head.head.Of(journal);
  if (tree == nullptr) {
    return absl::DataLossError(absl::StrCat(
        "head ", head.head.number, " says nothing of journal ", journal));
  }
  if (records.empty()) {
    return absl::InvalidArgumentError("the proof has no record");
  }
  for (int i = 0; i < records.size(); ++i) {
    const absl::Status one = VerifyRecord(records[i], tree->tree);
    if (one.ok()) continue;
    return absl::Status(one.code(),
                        absl::StrCat("record ", i + 1, ": ", one.message()));
  }
  return head;
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
  admin::v1::ExportProof sealed;
  if (google::protobuf::util::JsonStringToMessage(json, &sealed).ok() &&
      sealed.has_export_()) {
    file.sealed = std::move(sealed);
    return file;
  }
  return ErrorOf(
      absl::StatusCode::kInvalidArgument,
      SayBoth(
          "不是证明：请给出 `sluicectl audit prove` 写出的文件，或导出的封面",
          "no proof: give a file that `sluicectl audit prove` wrote, or the "
          "cover of an export"));
}

absl::StatusOr<store::SignedHead> VerifyHead(
    const admin::v1::SignedHead& signed_head) {
  SLUICE_ASSIGN_OR_RETURN(store::SignedHead head,
                          store::ParseHead(signed_head.text()));
  SLUICE_ASSIGN_OR_RETURN(const store::PublicKey key,
                          KeyOf(signed_head.public_key()));
  SLUICE_RETURN_IF_ERROR(VerifyKeys(signed_head, key));
  if (store::KeyIdOf(key) != head.key_id ||
      !store::IsSignedBy(key, head.signed_text(), head.signature)) {
    return absl::DataLossError(
        absl::StrCat("head ", head.head.number, " is not signed by its key"));
  }
  return head;
}

std::vector<std::string> KeyIdsOf(const admin::v1::SignedHead& signed_head) {
  std::vector<std::string> ids;
  for (const admin::v1::SigningKey& one : signed_head.keys()) {
    const auto key = KeyOf(one.public_key());
    if (key.ok()) ids.push_back(store::KeyIdOf(*key));
  }
  const auto last = KeyOf(signed_head.public_key());
  if (ids.empty() && last.ok()) ids.push_back(store::KeyIdOf(*last));
  return ids;
}

absl::StatusOr<store::SignedHead> VerifyMessage(
    const admin::v1::MessageProof& proof) {
  return VerifyRecords(proof.head(), proof.journal(), proof.records());
}

absl::StatusOr<VerifiedExport> VerifyExport(
    const admin::v1::ExportProof& proof) {
  VerifiedExport verified;
  SLUICE_ASSIGN_OR_RETURN(
      verified.head,
      VerifyRecords(proof.head(), proof.journal(), proof.records()));
  const store::v1::Record& record = verified.record;
  if (proof.journal() != store::TreeName(store::kControlPartition) ||
      proof.records_size() != 1 ||
      !verified.record.ParseFromString(proof.records(0).record()) ||
      !record.has_export_sealed()) {
    return absl::DataLossError("its record is about no export");
  }
  const store::v1::ExportSealed& sealed = record.export_sealed();
  const admin::v1::SealedExport& shown = proof.export_();
  const int64_t shown_ms =
      google::protobuf::util::TimeUtil::TimestampToMilliseconds(shown.time());
  if (shown.kind() != sealed.kind() || shown.filters() != sealed.filters() ||
      shown.rows() != sealed.rows() || shown.actor() != sealed.actor() ||
      shown.sha256() != absl::BytesToHexString(sealed.sha256()) ||
      shown_ms != record.at_ms()) {
    return absl::DataLossError("it shows something else than its record says");
  }
  return verified;
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
