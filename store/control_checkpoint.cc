#include "store/control_checkpoint.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "filter/registry/registry.h"
#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"

namespace sluice::store {
namespace {

using store::v1::Record;

constexpr absl::string_view kMagic = "SLCC";
constexpr uint32_t kVersion = 1;
constexpr size_t kChecksumSize = sizeof(uint64_t);

// Whether some state needs the record. A kind that is not named here does:
// a new kind is never lost.
bool Stands(const Record& record) {
  return record.body_case() != Record::kOperatorAction &&
         record.body_case() != Record::kFailedLogins &&
         record.body_case() != Record::kExportSealed;
}

// What the record is the whole state of; empty: nothing.
std::string NameOf(const Record& record) {
  switch (record.body_case()) {
    case Record::kPartyChanged: {
      const store::v1::Party& party = record.party_changed().party();
      return absl::StrCat("party ", static_cast<int>(filter::KindOf(party)),
                          " ", party.id());
    }
    case Record::kKeyChanged:
      return absl::StrCat("key ", record.key_changed().key().id());
    case Record::kOptOutCorrectionChanged:
      return absl::StrCat(
          "correction ", record.opt_out_correction_changed().correction().id());
    case Record::kLegalHoldChanged:
      return absl::StrCat("legal hold ",
                          record.legal_hold_changed().hold().number());
    case Record::kJournalHeads:
      return "heads";
    case Record::kHeadSigned:
      return "signed head";
    default:
      return std::string();
  }
}

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the checkpoint ", what));
}

}  // namespace

void ControlCheckpoint::Take(RecordRef ref, const Record& record) {
  if (Stands(record)) Add(ref, NameOf(record));
}

void ControlCheckpoint::Add(RecordRef ref, std::string name) {
  if (!name.empty()) {
    const auto [newest, is_new] = newest_.try_emplace(name, ref);
    if (!is_new) {
      standing_.erase(newest->second);
      newest->second = ref;
    }
  }
  standing_.emplace_hint(standing_.end(), ref, std::move(name));
}

std::vector<RecordRef> ControlCheckpoint::Standing() const {
  std::vector<RecordRef> refs;
  refs.reserve(standing_.size());
  for (const auto& [ref, name] : standing_) refs.push_back(ref);
  return refs;
}

std::string ControlCheckpoint::Encode(const JournalIdentity& identity) const {
  std::string out(kMagic);
  AppendBigEndian(kVersion, out);
  out.append(reinterpret_cast<const char*>(identity.store_id.data()),
             identity.store_id.size());
  const Group last = last_.value_or(Group());
  AppendBigEndian(last.position.value(), out);
  out.append(reinterpret_cast<const char*>(last.root.data()), last.root.size());
  AppendBigEndian(static_cast<uint64_t>(standing_.size()), out);
  for (const auto& [ref, name] : standing_) {
    AppendBigEndian(ref.value(), out);
    AppendBigEndian(static_cast<uint32_t>(name.size()), out);
    out.append(name);
  }
  AppendBigEndian(static_cast<uint64_t>(XXH3_64bits(out.data(), out.size())),
                  out);
  return out;
}

absl::StatusOr<ControlCheckpoint> ControlCheckpoint::Decode(
    const JournalIdentity& identity, absl::string_view bytes) {
  if (bytes.size() < kChecksumSize) return Damaged("is cut short");
  const absl::string_view body = bytes.substr(0, bytes.size() - kChecksumSize);
  ByteReader checksum(bytes.substr(body.size()));
  SLUICE_ASSIGN_OR_RETURN(const auto sum, checksum.TakeBigEndian<uint64_t>());
  if (sum != XXH3_64bits(body.data(), body.size())) {
    return Damaged("has a wrong checksum");
  }
  ByteReader in(body);
  SLUICE_ASSIGN_OR_RETURN(const auto magic, in.Take(kMagic.size()));
  SLUICE_ASSIGN_OR_RETURN(const auto version, in.TakeBigEndian<uint32_t>());
  if (magic != kMagic || version != kVersion) {
    return Damaged("is of another version");
  }
  SLUICE_ASSIGN_OR_RETURN(const auto store, in.Take(identity.store_id.size()));
  if (!std::equal(store.begin(), store.end(), identity.store_id.begin(),
                  [](char a, uint8_t b) { return uint8_t(a) == b; })) {
    return Damaged("is of another store");
  }
  ControlCheckpoint made;
  Group last;
  SLUICE_ASSIGN_OR_RETURN(const auto position, in.TakeBigEndian<uint64_t>());
  last.position = Position::FromValue(position);
  SLUICE_ASSIGN_OR_RETURN(const auto root, in.Take(last.root.size()));
  std::copy(root.begin(), root.end(), last.root.begin());
  SLUICE_ASSIGN_OR_RETURN(auto count, in.TakeBigEndian<uint64_t>());
  for (; count > 0; --count) {
    SLUICE_ASSIGN_OR_RETURN(const auto ref, in.TakeBigEndian<uint64_t>());
    SLUICE_ASSIGN_OR_RETURN(const auto size, in.TakeBigEndian<uint32_t>());
    SLUICE_ASSIGN_OR_RETURN(const auto name, in.Take(size));
    made.Add(RecordRef::FromValue(ref), std::string(name));
  }
  if (in.remaining() > 0) return Damaged("goes on behind its end");
  made.EndGroup(last);
  return made;
}

}  // namespace sluice::store
