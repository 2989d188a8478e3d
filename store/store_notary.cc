// Signing: the key, the newest head of an earlier run, and the thread that
// makes the next ones.

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "store/lasting.h"
#include "store/proofs/key_change.h"
#include "store/proofs/key_file.h"
#include "store/store_state.h"

namespace sluice::store {
namespace {

// What the control journal says of heads.
struct SignedBefore {
  std::string public_key;      // The newest; empty: none.
  std::string head;            // The newest head's text; empty: none.
  std::vector<uint16_t> lost;  // Journals whose loss was accepted since.
};

// Retention does not touch the control journal.
bool AllLast(absl::string_view) { return true; }

absl::Status SignsNothing() {
  return absl::FailedPreconditionError("this store signs no heads");
}

absl::StatusOr<SignedBefore> ReadSigned(StandingRecords& standing) {
  SignedBefore before;
  SLUICE_RETURN_IF_ERROR(standing.Read([&](const v1::Record& record) {
    switch (record.body_case()) {
      case v1::Record::kSigningKeyChanged:
        before.public_key = record.signing_key_changed().public_key();
        break;
      case v1::Record::kHeadSigned:
        before.head = record.head_signed().text();
        before.lost.clear();
        break;
      case v1::Record::kLossAccepted:
        // A tree keeps the leaves of segments that are missing.
        if (record.loss_accepted().missing_end() > 0) break;
        before.lost.push_back(
            static_cast<uint16_t>(record.loss_accepted().partition()));
        break;
      default:
        break;
    }
  }));
  return before;
}

}  // namespace

absl::Status Store::State::StartNotary(
    const std::function<void(const std::string&)>& note) {
  SLUICE_ASSIGN_OR_RETURN(const SignedBefore before, ReadSigned(*standing));
  const KeyFile file(options.signing_key);
  SLUICE_ASSIGN_OR_RETURN(SigningKey key, file.Settle(before.public_key));
  const auto append = [this](v1::Record record) {
    return AppendControl(std::move(record)).status();
  };
  if (before.public_key != AsBytes(key.public_key())) {
    v1::Record record;
    v1::SigningKeyChanged& changed = *record.mutable_signing_key_changed();
    changed.set_public_key(std::string(AsBytes(key.public_key())));
    if (!before.public_key.empty()) {
      changed.set_reason("another key at a start");
      const std::string line = absl::StrCat(
          options.signing_key,
          " is another key than the one that signed heads before: was it put "
          "there by you?");
      note(line);
      if (options.alarm) options.alarm(line);
    }
    SLUICE_RETURN_IF_ERROR(append(std::move(record)));
  }
  NotaryParts parts = {.key = std::move(key)};
  for (const Partition& partition : partitions) {
    parts.journals.push_back({TreeName(partition.identity.partition),
                              *partition.files, partition.identity, Lasts});
  }
  parts.journals.push_back(
      {TreeName(kControlPartition), *control_files, identity, AllLast});
  parts.durable_end = [this](size_t journal) {
    const uint16_t partition = journal < partitions.size()
                                   ? static_cast<uint16_t>(journal)
                                   : kControlPartition;
    return marks->Of(partition).value_or(JournalPoint()).position;
  };
  parts.store = absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(identity.store_id.data()),
                        identity.store_id.size()));
  parts.folder = absl::StrCat(options.path, "/proofs");
  std::error_code error;
  std::filesystem::create_directories(parts.folder, error);
  if (!before.head.empty()) {
    SLUICE_ASSIGN_OR_RETURN(parts.last, ParseHead(before.head));
  }
  for (const uint16_t journal : before.lost) {
    parts.given_up.push_back(TreeName(journal));
  }
  parts.key_in_force = [this] { return KeyInForce(); };
  parts.now_ms = [this] { return clock.NowMs(); };
  parts.journal = [append](const SignedHead& head, v1::HeadCause cause) {
    v1::Record record;
    record.mutable_head_signed()->set_text(head.text);
    record.mutable_head_signed()->set_cause(cause);
    return append(std::move(record));
  };
  parts.fault = options.alarm ? options.alarm : note;
  notary = std::make_unique<Notary>(std::move(parts));
  return absl::OkStatus();
}

absl::StatusOr<SigningKey> Store::State::KeyInForce() {
  // The append of a key may have failed: whether it is durable is seen now, for
  // without a head nothing else may append for long.
  SLUICE_RETURN_IF_ERROR(control->ReopenIfClosed());
  SLUICE_ASSIGN_OR_RETURN(const SignedBefore before, ReadSigned(*standing));
  const KeyFile file(options.signing_key);
  SLUICE_ASSIGN_OR_RETURN(SigningKey key, file.Settle(before.public_key));
  if (before.public_key == AsBytes(key.public_key())) return key;
  return absl::FailedPreconditionError(
      absl::StrCat(file.path(), " is another key than the journal names"));
}

absl::StatusOr<HeadAndKey> Store::RotateSigningKey(const std::string& actor,
                                                   const std::string& reason) {
  if (state_->notary == nullptr) return SignsNothing();
  return state_->notary->ReplaceKey([&](const SigningKey& key) -> absl::Status {
    const SigningKey next = SigningKey::Make();
    SLUICE_RETURN_IF_ERROR(KeyFile(state_->options.signing_key).KeepNext(next));
    const std::string public_key(AsBytes(next.public_key()));
    v1::Record record;
    v1::SigningKeyChanged& changed = *record.mutable_signing_key_changed();
    changed.set_public_key(public_key);
    changed.set_signature(std::string(AsBytes(key.Sign(public_key))));
    changed.set_actor(actor);
    changed.set_reason(reason);
    return state_->AppendControl(std::move(record)).status();
  });
}

absl::StatusOr<std::vector<KeyChange>> Store::State::KeyChanges() {
  MutexLock lock(keys_mutex);
  if (key_changes) return *key_changes;
  std::vector<KeyChange> read;
  SLUICE_RETURN_IF_ERROR(standing->Read([&](const v1::Record& record) {
    const std::optional<KeyChange> change = ReadKeyChange(record);
    if (change) read.push_back(*change);
  }));
  key_changes = read;
  return read;
}

absl::StatusOr<std::vector<KeyChange>> Store::KeysUpTo(
    const PublicKey& key) const {
  SLUICE_ASSIGN_OR_RETURN(const std::vector<KeyChange> changes,
                          state_->KeyChanges());
  std::vector<KeyChange> keys;
  std::vector<KeyChange> found;
  for (const KeyChange& next : changes) {
    if (keys.empty() || !next.IsSignedBy(keys.back().key)) keys.clear();
    keys.push_back(next);
    if (next.key == key) found = keys;
  }
  if (!found.empty()) return found;
  return absl::NotFoundError("the journal does not name the key");
}

absl::StatusOr<SignedHead> Store::SignHead() {
  if (state_->notary == nullptr) return SignsNothing();
  return state_->notary->Sign(v1::HEAD_CAUSE_ASKED);
}

absl::StatusOr<RecordsProof> Store::SealRecord(v1::Record record) {
  Notary* const notary = state_->notary.get();
  if (notary == nullptr) return SignsNothing();
  SLUICE_RETURN_IF_ERROR(notary->HasReadAll());
  SLUICE_ASSIGN_OR_RETURN(const RecordRef at,
                          state_->AppendControl(std::move(record)));
  return notary->Prove(state_->partitions.size(), {at}, v1::HEAD_CAUSE_EXPORT);
}

absl::StatusOr<HeadAndKey> Store::FindHead(uint64_t number) const {
  std::optional<SignedHead> found;
  std::string key;
  std::string key_of_found;
  const std::string line = absl::StrCat("\nnumber ", number, "\n");
  SLUICE_RETURN_IF_ERROR(ReadControl([&](const v1::Record& record) {
    if (record.has_signing_key_changed()) {
      key = record.signing_key_changed().public_key();
    }
    if (!record.has_head_signed()) return;
    if (!absl::StrContains(record.head_signed().text(), line)) return;
    auto head = ParseHead(record.head_signed().text());
    if (!head.ok()) return;
    found = *std::move(head);
    key_of_found = key;
  }));
  HeadAndKey result;
  if (!found || key_of_found.size() != result.key.size()) {
    return absl::NotFoundError(absl::StrCat("there is no head ", number));
  }
  result.head = *std::move(found);
  std::copy(key_of_found.begin(), key_of_found.end(), result.key.begin());
  return result;
}

absl::StatusOr<RecordsProof> Store::ProveRecords(
    int partition, absl::Span<const RecordRef> records) {
  if (state_->notary == nullptr) return SignsNothing();
  return state_->notary->Prove(static_cast<size_t>(partition), records,
                               v1::HEAD_CAUSE_ASKED);
}

absl::StatusOr<std::vector<std::vector<Hash>>> Store::ProveGrowth(
    const Head& from, const Head& to) {
  if (state_->notary == nullptr) return SignsNothing();
  return state_->notary->ProveGrowth(from, to);
}

std::optional<SignedHead> Store::LastHead() const {
  return state_->notary == nullptr ? std::nullopt : state_->notary->last();
}

}  // namespace sluice::store
