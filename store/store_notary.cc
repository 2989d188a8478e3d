// Signing: the key, the newest head of an earlier run, and the thread that
// makes the next ones.

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/files.h"
#include "rules/base/status_macros.h"
#include "store/store_state.h"

namespace sluice::store {
namespace {

// What the control journal says of heads.
struct SignedBefore {
  std::string public_key;      // The newest; empty: none.
  std::string head;            // The newest head's text; empty: none.
  std::vector<uint16_t> lost;  // Journals whose loss was accepted since.
};

std::string JournalName(uint16_t partition) {
  return partition == kControlPartition
             ? "control"
             : absl::StrFormat("partition-%03d", partition);
}

// The key in the file, or a new one, which is then in the file.
absl::StatusOr<SigningKey> ReadOrMakeKey(const std::string& path) {
  const absl::StatusOr<std::string> pem = ReadFile(path);
  if (absl::IsNotFound(pem.status())) {
    SigningKey made = SigningKey::Make();
    SLUICE_RETURN_IF_ERROR(ReplaceFile(path, made.ToPem()));
    return made;
  }
  if (!pem.ok()) return pem.status();
  auto key = SigningKey::FromPem(*pem);
  if (key.ok()) return key;
  return absl::FailedPreconditionError(absl::StrCat(
      path, ": ", key.status().message(), ". Restore the file from a copy"));
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
  SLUICE_ASSIGN_OR_RETURN(SigningKey key, ReadOrMakeKey(options.signing_key));
  SLUICE_ASSIGN_OR_RETURN(const SignedBefore before, ReadSigned(*standing));
  const auto append = [this](v1::Record record) {
    record.set_at_ms(clock.NowMs());
    SLUICE_RETURN_IF_ERROR(control->Append(std::move(record)));
    standing->Appended(1);
    return absl::OkStatus();
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
    parts.journals.push_back({JournalName(partition.identity.partition),
                              *partition.files, partition.identity});
  }
  parts.journals.push_back(
      {JournalName(kControlPartition), *control_files, identity});
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
    parts.given_up.push_back(JournalName(journal));
  }
  parts.now_ms = [this] { return clock.NowMs(); };
  parts.journal = [append](const SignedHead& head) {
    v1::Record record;
    record.mutable_head_signed()->set_text(head.text);
    return append(std::move(record));
  };
  parts.fault = options.alarm ? options.alarm : note;
  notary = std::make_unique<Notary>(std::move(parts));
  return absl::OkStatus();
}

absl::StatusOr<SignedHead> Store::SignHead() {
  if (state_->notary == nullptr) {
    return absl::FailedPreconditionError("this store signs no heads");
  }
  return state_->notary->Sign();
}

std::optional<SignedHead> Store::LastHead() const {
  return state_->notary == nullptr ? std::nullopt : state_->notary->last();
}

}  // namespace sluice::store
