#include "store/journal/segment.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"
#include "store/journal/group_entry.h"
#include "store/journal/position.h"

namespace sluice::store {
namespace {

constexpr absl::string_view kIdentityMagic = "SLUICEID";
constexpr absl::string_view kSegmentMagic = "SLUICESG";
constexpr absl::string_view kSegmentSuffix = ".segment";
constexpr size_t kSegmentDigits = 7;
constexpr size_t kIdentitySize = 8 + 4 + 16 + 2 + 2 + 8;
constexpr size_t kIndexTailSize = 4 + 8;

// Identity, header and index are read before the seed is known.
constexpr uint64_t kNoSeed = 0;

void AppendChecksum(std::string& bytes, uint64_t seed) {
  AppendBigEndian(Checksum(bytes, seed), bytes);
}

// Checks and removes the checksum at the end of `bytes`.
absl::StatusOr<absl::string_view> TakeChecksum(absl::string_view bytes,
                                               uint64_t seed) {
  if (bytes.size() < sizeof(uint64_t)) {
    return absl::DataLossError("no checksum");
  }
  const absl::string_view summed =
      bytes.substr(0, bytes.size() - sizeof(uint64_t));
  ByteReader tail(bytes.substr(summed.size()));
  SLUICE_ASSIGN_OR_RETURN(const auto checksum, tail.TakeBigEndian<uint64_t>());
  if (checksum != Checksum(summed, seed)) {
    return absl::DataLossError("checksum differs");
  }
  return summed;
}

absl::Status TakeMagic(absl::string_view magic, ByteReader& in) {
  SLUICE_ASSIGN_OR_RETURN(const auto bytes, in.Take(magic.size()));
  SLUICE_ASSIGN_OR_RETURN(const auto version, in.TakeBigEndian<uint32_t>());
  if (bytes != magic) return absl::DataLossError("not one of these files");
  if (version != kFormatVersion) {
    return absl::DataLossError(absl::StrCat("unknown version ", version));
  }
  return absl::OkStatus();
}

absl::Status TakeHash(ByteReader& in, Hash& hash) {
  SLUICE_ASSIGN_OR_RETURN(const auto bytes, in.Take(hash.size()));
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return absl::OkStatus();
}

void AppendOwner(const JournalIdentity& identity, std::string& out) {
  out.append(identity.store_id.begin(), identity.store_id.end());
  AppendBigEndian(identity.partition, out);
  AppendBigEndian(identity.partition_count, out);
}

absl::Status TakeOwner(ByteReader& in, JournalIdentity& identity) {
  SLUICE_ASSIGN_OR_RETURN(const auto id, in.Take(identity.store_id.size()));
  std::copy(id.begin(), id.end(), identity.store_id.begin());
  SLUICE_ASSIGN_OR_RETURN(identity.partition, in.TakeBigEndian<uint16_t>());
  SLUICE_ASSIGN_OR_RETURN(identity.partition_count,
                          in.TakeBigEndian<uint16_t>());
  return absl::OkStatus();
}

}  // namespace

std::string NameOf(const JournalIdentity& identity) {
  return identity.partition == kControlPartition
             ? "control"
             : absl::StrCat("partition ", identity.partition);
}

uint64_t ChecksumSeed(const JournalIdentity& identity) {
  uint64_t seed = 0;
  for (int i = 0; i < 8; ++i) seed = seed << 8 | identity.store_id[i];
  return seed;
}

std::string EncodeIdentity(const JournalIdentity& identity) {
  std::string bytes(kIdentityMagic);
  AppendBigEndian(kFormatVersion, bytes);
  AppendOwner(identity, bytes);
  AppendChecksum(bytes, kNoSeed);
  return bytes;
}

absl::StatusOr<JournalIdentity> DecodeIdentity(absl::string_view bytes) {
  if (bytes.size() != kIdentitySize) {
    return absl::DataLossError(
        absl::StrCat(bytes.size(), " bytes, not ", kIdentitySize));
  }
  SLUICE_ASSIGN_OR_RETURN(const auto summed, TakeChecksum(bytes, kNoSeed));
  ByteReader in(summed);
  SLUICE_RETURN_IF_ERROR(TakeMagic(kIdentityMagic, in));
  JournalIdentity identity;
  SLUICE_RETURN_IF_ERROR(TakeOwner(in, identity));
  return identity;
}

absl::StatusOr<JournalIdentity> ReadIdentity(const JournalFiles& files) {
  SLUICE_ASSIGN_OR_RETURN(const auto file, files.Open(kIdentityName));
  // One byte more than an identity has, so that a longer file is noticed.
  std::string bytes(kIdentitySize + 1, '\0');
  SLUICE_ASSIGN_OR_RETURN(const size_t size,
                          file->Read(0, absl::MakeSpan(bytes)));
  bytes.resize(size);
  absl::StatusOr<JournalIdentity> identity = DecodeIdentity(bytes);
  if (identity.ok()) return identity;
  return absl::DataLossError(absl::StrCat(
      "file ", kIdentityName, " is damaged (", identity.status().message(),
      "): restore it from a copy, or from the header of any segment"));
}

absl::Status WriteIdentity(const JournalIdentity& identity,
                           JournalFiles& files) {
  const std::string temporary = absl::StrCat(kIdentityName, kTemporarySuffix);
  const std::string bytes = EncodeIdentity(identity);
  SLUICE_ASSIGN_OR_RETURN(const auto file,
                          files.Create(temporary, bytes.size()));
  SLUICE_RETURN_IF_ERROR(file->Append(bytes).status());
  SLUICE_RETURN_IF_ERROR(file->Sync());
  return files.Replace(temporary, kIdentityName);
}

std::string SegmentName(uint32_t segment) {
  return absl::StrFormat("%0*d%s", kSegmentDigits, segment, kSegmentSuffix);
}

std::string SpareName(uint32_t segment) {
  return absl::StrFormat("%0*d%s", kSegmentDigits, segment, kSpareSuffix);
}

std::optional<uint32_t> SegmentOfName(absl::string_view name) {
  uint32_t segment = 0;
  if (!absl::SimpleAtoi(name.substr(0, kSegmentDigits), &segment) ||
      segment > Position::kSegmentMax || name != SegmentName(segment)) {
    return std::nullopt;
  }
  return segment;
}

absl::StatusOr<std::vector<uint32_t>> ListSegments(const JournalFiles& files) {
  SLUICE_ASSIGN_OR_RETURN(const auto names, files.List());
  std::vector<uint32_t> segments;
  for (const std::string& name : names) {
    const std::optional<uint32_t> segment = SegmentOfName(name);
    if (segment) segments.push_back(*segment);
  }
  std::sort(segments.begin(), segments.end());
  return segments;
}

std::string Encode(const SegmentHeader& header) {
  std::string bytes(kSegmentMagic);
  AppendBigEndian(kFormatVersion, bytes);
  AppendBigEndian(header.room / kRoomUnit << 8 | uint32_t{header.reduced},
                  bytes);
  AppendOwner(header.identity, bytes);
  AppendBigEndian(header.segment, bytes);
  bytes.append(header.previous_root.begin(), header.previous_root.end());
  AppendChecksum(bytes, kNoSeed);
  return bytes;
}

absl::StatusOr<SegmentHeader> DecodeSegmentHeader(absl::string_view bytes) {
  if (bytes.size() != kSegmentHeaderSize) {
    return absl::DataLossError("too short for a header");
  }
  SLUICE_ASSIGN_OR_RETURN(const auto summed, TakeChecksum(bytes, kNoSeed));
  ByteReader in(summed);
  SLUICE_RETURN_IF_ERROR(TakeMagic(kSegmentMagic, in));
  SegmentHeader header;
  SLUICE_ASSIGN_OR_RETURN(const auto room_and_kind,
                          in.TakeBigEndian<uint32_t>());
  const uint32_t kind = room_and_kind & 0xff;
  if (kind > 1) return absl::DataLossError("unknown kind");
  header.reduced = kind == 1;
  header.room = (room_and_kind >> 8) * kRoomUnit;
  SLUICE_RETURN_IF_ERROR(TakeOwner(in, header.identity));
  SLUICE_ASSIGN_OR_RETURN(header.segment, in.TakeBigEndian<uint32_t>());
  SLUICE_RETURN_IF_ERROR(TakeHash(in, header.previous_root));
  return header;
}

std::string Encode(const SegmentEnd& end, uint64_t checksum_seed) {
  std::string bytes;
  AppendBigEndian(uint32_t{kSegmentEndSize - kFrameHeaderSize}, bytes);
  AppendBigEndian(end.unsynced_or_offset, bytes);
  AppendBigEndian(kSegmentEndVersion, bytes);
  bytes.append(end.root.begin(), end.root.end());
  AppendChecksum(bytes, checksum_seed);
  return bytes;
}

absl::StatusOr<SegmentEnd> DecodeSegmentEnd(absl::string_view frame,
                                            uint64_t checksum_seed) {
  if (frame.size() != kSegmentEndSize) {
    return absl::DataLossError("not the length of an end");
  }
  SLUICE_ASSIGN_OR_RETURN(const auto summed,
                          TakeChecksum(frame, checksum_seed));
  ByteReader in(summed);
  SegmentEnd end;
  SLUICE_ASSIGN_OR_RETURN(const auto length, in.TakeBigEndian<uint32_t>());
  SLUICE_ASSIGN_OR_RETURN(end.unsynced_or_offset, in.TakeBigEndian<uint32_t>());
  SLUICE_ASSIGN_OR_RETURN(const auto version, in.TakeBigEndian<uint32_t>());
  if (length != kSegmentEndSize - kFrameHeaderSize ||
      version != kSegmentEndVersion) {
    return absl::DataLossError("not an end");
  }
  SLUICE_RETURN_IF_ERROR(TakeHash(in, end.root));
  return end;
}

std::string EncodeIndex(const std::vector<ReducedFrame>& frames) {
  std::string bytes;
  for (const ReducedFrame& frame : frames) {
    AppendBigEndian(frame.offset, bytes);
    AppendBigEndian(frame.at, bytes);
  }
  AppendBigEndian(static_cast<uint32_t>(frames.size()), bytes);
  AppendChecksum(bytes, kNoSeed);
  return bytes;
}

absl::StatusOr<std::vector<ReducedFrame>> ReadIndex(const JournalFile& file) {
  SLUICE_ASSIGN_OR_RETURN(const uint64_t file_size, file.Size());
  if (file_size < kIndexTailSize)
    return absl::DataLossError("index: too short");
  std::string bytes(kIndexTailSize, '\0');
  SLUICE_RETURN_IF_ERROR(
      ReadExactly(file, file_size - kIndexTailSize, absl::MakeSpan(bytes)));
  ByteReader tail(bytes);
  SLUICE_ASSIGN_OR_RETURN(const auto count, tail.TakeBigEndian<uint32_t>());
  const uint64_t size = kIndexTailSize + uint64_t{count} * 8;
  if (size > file_size)
    return absl::DataLossError("index: longer than its file");
  bytes.resize(size);
  SLUICE_RETURN_IF_ERROR(
      ReadExactly(file, file_size - size, absl::MakeSpan(bytes)));
  if (!TakeChecksum(bytes, kNoSeed).ok()) {
    return absl::DataLossError("index: checksum differs");
  }
  ByteReader in(bytes);
  std::vector<ReducedFrame> frames(count);
  for (ReducedFrame& frame : frames) {
    SLUICE_ASSIGN_OR_RETURN(frame.offset, in.TakeBigEndian<uint32_t>());
    SLUICE_ASSIGN_OR_RETURN(frame.at, in.TakeBigEndian<uint32_t>());
  }
  return frames;
}

}  // namespace sluice::store
