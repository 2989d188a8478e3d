#include "store/journal/segment_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"

namespace sluice::store {
namespace {

constexpr size_t kReadAhead = size_t{1} << 20;
constexpr size_t kScanChunk = size_t{64} << 10;
constexpr size_t kPeekSize = kFrameHeaderSize + 4;  // Up to and with `version`.
static_assert(kGroupBytesMax + kGroupRecordsMax * sizeof(Hash) <
              kFrameBytesMax);

struct Peek {
  uint32_t length = 0;
  uint32_t unsynced_or_offset = 0;
  uint32_t version = 0;

  uint64_t frame_size() const { return kFrameHeaderSize + uint64_t{length}; }
};

absl::StatusOr<Peek> DecodePeek(absl::string_view bytes) {
  ByteReader in(bytes);
  Peek peek;
  SLUICE_ASSIGN_OR_RETURN(peek.length, in.TakeBigEndian<uint32_t>());
  SLUICE_ASSIGN_OR_RETURN(peek.unsynced_or_offset,
                          in.TakeBigEndian<uint32_t>());
  SLUICE_ASSIGN_OR_RETURN(peek.version, in.TakeBigEndian<uint32_t>());
  return peek;
}

// Reads the whole frame at `at`; nullopt if there is none.
absl::StatusOr<std::optional<FoundFrame>> FrameAt(const JournalFile& file,
                                                  uint64_t at,
                                                  uint64_t checksum_seed) {
  std::string bytes(kPeekSize, '\0');
  SLUICE_ASSIGN_OR_RETURN(size_t size, file.Read(at, absl::MakeSpan(bytes)));
  if (size < bytes.size()) return std::nullopt;
  SLUICE_ASSIGN_OR_RETURN(const Peek peek, DecodePeek(bytes));
  if (peek.frame_size() > kFrameBytesMax) return std::nullopt;
  bytes.resize(peek.frame_size());
  SLUICE_ASSIGN_OR_RETURN(size, file.Read(at, absl::MakeSpan(bytes)));
  if (size < bytes.size()) return std::nullopt;
  if (!GroupView::Decode(bytes, checksum_seed).ok() &&
      !DecodeSegmentEnd(bytes, checksum_seed).ok()) {
    return std::nullopt;
  }
  return FoundFrame{at, peek.unsynced_or_offset,
                    peek.version == kReducedGroupVersion};
}

bool IsAllZeros(absl::string_view bytes) {
  // All bytes are zero when the first is and each equals the byte before it.
  return bytes.empty() ||
         (bytes[0] == '\0' &&
          std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

bool IsFrameVersion(absl::string_view bytes) {
  const absl::StatusOr<uint32_t> version =
      ByteReader(bytes).TakeBigEndian<uint32_t>();
  return version.ok() &&
         (*version == kGroupVersion || *version == kReducedGroupVersion ||
          *version == kSegmentEndVersion);
}

}  // namespace

SegmentReader::SegmentReader(std::unique_ptr<JournalFile> file,
                             SegmentHeader header)
    : file_(std::move(file)),
      header_(std::move(header)),
      checksum_seed_(ChecksumSeed(header_.identity)) {}

absl::StatusOr<std::unique_ptr<SegmentReader>> SegmentReader::Open(
    const JournalFiles& files, const JournalIdentity& identity,
    uint32_t segment) {
  SLUICE_ASSIGN_OR_RETURN(auto file, files.Open(SegmentName(segment)));
  const absl::StatusOr<SegmentHeader> header = ReadSegmentHeader(*file);
  if (!header.ok()) return header.status();
  if (header->identity != identity) {
    return absl::FailedPreconditionError(absl::StrCat(
        SegmentName(segment), " belongs to another store or partition"));
  }
  if (header->segment != segment) {
    return absl::FailedPreconditionError(
        absl::StrCat(SegmentName(segment), " holds segment ", header->segment));
  }
  return std::unique_ptr<SegmentReader>(
      new SegmentReader(std::move(file), *header));
}

absl::StatusOr<std::unique_ptr<SegmentReader>> SegmentReader::OpenAs(
    const JournalFiles& files, const SegmentHeader& header) {
  SLUICE_ASSIGN_OR_RETURN(auto file, files.Open(SegmentName(header.segment)));
  return std::unique_ptr<SegmentReader>(
      new SegmentReader(std::move(file), header));
}

absl::Status SegmentReader::Seek(uint32_t offset) {
  at_ = std::max<uint64_t>(offset, kSegmentHeaderSize);
  if (!header_.reduced || at_ == kSegmentHeaderSize) return absl::OkStatus();
  SLUICE_ASSIGN_OR_RETURN(const auto index, ReadIndex(*file_));
  const auto frame = std::lower_bound(
      index.begin(), index.end(), offset,
      [](const ReducedFrame& f, uint32_t key) { return f.offset < key; });
  if (frame == index.end()) {
    return absl::NotFoundError("the segment ends before");
  }
  at_ = frame->at;
  return absl::OkStatus();
}

absl::StatusOr<absl::string_view> SegmentReader::Fetch(size_t size,
                                                       uint64_t limit) {
  size = std::min<uint64_t>(size, limit - at_);
  if (at_ < buffer_at_ || at_ + size > buffer_at_ + buffer_size_) {
    SLUICE_RETURN_IF_ERROR(
        Fill(std::min<uint64_t>(std::max(size, kReadAhead), limit - at_)));
  }
  const absl::string_view buffered(buffer_.get(), buffer_size_);
  return buffered.substr(at_ - buffer_at_, size);
}

// Reads at most `want` bytes at at_ into the buffer, which is no larger than
// the file asks for: a journal of many small files is read, too.
absl::Status SegmentReader::Fill(uint64_t want) {
  buffer_size_ = 0;
  SLUICE_ASSIGN_OR_RETURN(const uint64_t end, file_->Size());
  want = std::min(want, end - std::min(at_, end));
  if (want > buffer_room_) {
    buffer_.reset(new char[want]);
    buffer_room_ = want;
  }
  SLUICE_ASSIGN_OR_RETURN(
      buffer_size_, file_->Read(at_, absl::MakeSpan(buffer_.get(), want)));
  buffer_at_ = at_;
  return absl::OkStatus();
}

absl::StatusOr<SegmentItem> SegmentReader::Next(uint64_t limit) {
  SegmentItem item;
  item.at = at_;
  if (at_ >= limit) return item;
  SLUICE_ASSIGN_OR_RETURN(auto bytes, Fetch(kPeekSize, limit));
  // Zeros, however few before the end of the file or the limit, are no frame.
  if (bytes.find_first_not_of('\0') == bytes.npos) return item;
  if (bytes.size() < kPeekSize) return absl::DataLossError("cut off");
  SLUICE_ASSIGN_OR_RETURN(const Peek peek, DecodePeek(bytes));
  if (peek.frame_size() > kFrameBytesMax) {
    return absl::DataLossError("length beyond any frame's");
  }
  item.size = peek.frame_size();
  SLUICE_ASSIGN_OR_RETURN(bytes, Fetch(item.size, limit));
  if (bytes.size() < item.size) return absl::DataLossError("cut off");
  item.offset =
      header_.reduced ? peek.unsynced_or_offset : static_cast<uint32_t>(at_);
  if (peek.version == kSegmentEndVersion) {
    item.kind = SegmentItem::Kind::kEnd;
    SLUICE_ASSIGN_OR_RETURN(item.end, DecodeSegmentEnd(bytes, checksum_seed_));
  } else {
    item.kind = SegmentItem::Kind::kGroup;
    SLUICE_ASSIGN_OR_RETURN(item.group,
                            GroupView::Decode(bytes, checksum_seed_));
    if (item.group.reduced() != header_.reduced) {
      return absl::DataLossError("a group of the wrong kind for its segment");
    }
  }
  at_ += item.size;
  return item;
}

absl::StatusOr<SegmentHeader> ReadSegmentHeader(const JournalFile& file) {
  std::string bytes(kSegmentHeaderSize, '\0');
  SLUICE_ASSIGN_OR_RETURN(const size_t size,
                          file.Read(0, absl::MakeSpan(bytes)));
  bytes.resize(size);
  absl::StatusOr<SegmentHeader> header = DecodeSegmentHeader(bytes);
  if (header.ok()) return header;
  return absl::DataLossError(
      absl::StrCat("header: ", header.status().message()));
}

absl::StatusOr<bool> HeaderIsBlank(const JournalFiles& files,
                                   uint32_t segment) {
  SLUICE_ASSIGN_OR_RETURN(const auto file, files.Open(SegmentName(segment)));
  std::string bytes(kSegmentHeaderSize, '\0');
  SLUICE_ASSIGN_OR_RETURN(const size_t size,
                          file->Read(0, absl::MakeSpan(bytes)));
  bytes.resize(size);
  return bytes.find_first_not_of('\0') == std::string::npos;
}

absl::StatusOr<uint64_t> EndOfBytes(const JournalFile& file, uint64_t from) {
  std::string chunk(kScanChunk, '\0');
  uint64_t end = from;
  for (uint64_t at = from;; at += kScanChunk) {
    SLUICE_ASSIGN_OR_RETURN(const size_t size,
                            file.Read(at, absl::MakeSpan(chunk)));
    const absl::string_view bytes(chunk.data(), size);
    if (!IsAllZeros(bytes)) end = at + bytes.find_last_not_of('\0') + 1;
    if (size < kScanChunk) return end;
  }
}

absl::StatusOr<std::optional<FoundFrame>> FindFrame(const JournalFile& file,
                                                    uint64_t from,
                                                    uint64_t checksum_seed) {
  // Every version begins with "SL"; chunks overlap so that no frame is missed.
  std::string chunk(kScanChunk, '\0');
  for (uint64_t at = from;; at += kScanChunk - kPeekSize) {
    SLUICE_ASSIGN_OR_RETURN(const size_t size,
                            file.Read(at, absl::MakeSpan(chunk)));
    const absl::string_view bytes(chunk.data(), size);
    for (size_t hit = bytes.find("SL", kFrameHeaderSize); hit != bytes.npos;
         hit = bytes.find("SL", hit + 1)) {
      if (!IsFrameVersion(bytes.substr(hit))) continue;
      SLUICE_ASSIGN_OR_RETURN(
          const auto found,
          FrameAt(file, at + hit - kFrameHeaderSize, checksum_seed));
      if (found) return found;
    }
    if (size < kScanChunk) return std::nullopt;
  }
}

absl::StatusOr<std::optional<FoundFrame>> FindProofOfLoss(
    const JournalFile& file, uint64_t from, uint64_t checksum_seed) {
  for (uint64_t at = from + 1;;) {
    SLUICE_ASSIGN_OR_RETURN(const auto found,
                            FindFrame(file, at, checksum_seed));
    if (!found) return found;
    // When the frame was written, everything before `durable` was durable.
    const uint64_t durable =
        found->at - std::min<uint64_t>(found->unsynced_or_offset, found->at);
    if (from < durable) return found;
    at = found->at + 1;
  }
}

}  // namespace sluice::store
