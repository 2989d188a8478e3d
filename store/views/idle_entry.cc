#include "store/views/idle_entry.h"

#include <xxhash.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"
#include "store/memory/slot.h"
#include "store/views/plain.h"

namespace sluice::store {

using filter::Send;
using filter::StandingFact;

namespace {

uint64_t ChecksumOf(Phone recipient, absl::string_view bytes) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), recipient.e164);
}

absl::StatusOr<IdleEntry> TakeIdle(Phone recipient, absl::string_view value) {
  const size_t body_size = value.size() - std::min<size_t>(value.size(), 8);
  ByteReader tail(value.substr(body_size));
  SLUICE_ASSIGN_OR_RETURN(const auto checksum, tail.TakeBigEndian<uint64_t>());
  if (checksum != ChecksumOf(recipient, value.substr(0, body_size))) {
    return absl::DataLossError("checksum differs");
  }
  ByteReader in(value.substr(0, body_size));
  IdleEntry entry;
  SLUICE_ASSIGN_OR_RETURN(const auto drop_after, in.TakeBigEndian<uint64_t>());
  entry.drop_after_ms = static_cast<int64_t>(drop_after);
  SLUICE_ASSIGN_OR_RETURN(const auto sends, in.TakeBigEndian<uint16_t>());
  SLUICE_ASSIGN_OR_RETURN(const auto facts, in.TakeBigEndian<uint16_t>());
  SLUICE_ASSIGN_OR_RETURN(entry.sends, TakePlain<Send>(sends, in));
  SLUICE_ASSIGN_OR_RETURN(entry.facts, TakePlain<StandingFact>(facts, in));
  if (in.remaining() > 0) return absl::DataLossError("bytes left over");
  return entry;
}

}  // namespace

std::string IdleKey(Phone recipient) {
  std::string key;
  AppendBigEndian(static_cast<uint16_t>(SlotOf(recipient.e164)), key);
  AppendBigEndian(recipient.e164, key);
  return key;
}

std::string IdleKeysBegin(uint32_t bucket) {
  std::string key;
  AppendBigEndian(static_cast<uint16_t>(bucket), key);
  return key;
}

std::string IdleKeysEnd(uint32_t bucket) { return IdleKeysBegin(bucket + 1); }

absl::StatusOr<Phone> DecodeIdleKey(absl::string_view key) {
  if (key.size() != 10) return absl::DataLossError("idle number: its key");
  ByteReader in(key.substr(2));
  SLUICE_ASSIGN_OR_RETURN(const auto e164, in.TakeBigEndian<uint64_t>());
  return Phone{e164};
}

std::string EncodeIdle(Phone recipient, int64_t drop_after_ms,
                       const filter::RecipientState& known) {
  std::string out;
  out.reserve(20 + known.sends.size() * sizeof(Send) +
              known.facts.size() * sizeof(StandingFact));
  AppendBigEndian(static_cast<uint64_t>(drop_after_ms), out);
  AppendBigEndian(static_cast<uint16_t>(known.sends.size()), out);
  AppendBigEndian(static_cast<uint16_t>(known.facts.size()), out);
  AppendPlain(known.sends, out);
  AppendPlain(known.facts, out);
  AppendBigEndian(ChecksumOf(recipient, out), out);
  return out;
}

absl::StatusOr<IdleEntry> DecodeIdle(Phone recipient, absl::string_view value) {
  absl::StatusOr<IdleEntry> entry = TakeIdle(recipient, value);
  if (entry.ok()) return entry;
  return absl::DataLossError(
      absl::StrCat("idle number: ", entry.status().message()));
}

}  // namespace sluice::store
