#include "store/journal/durable_marks.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/base/bytes.h"
#include "rules/base/check.h"
#include "rules/base/status_macros.h"
#include "store/journal/group_entry.h"

namespace sluice::store {
namespace {

constexpr absl::string_view kMagic = "SLUICEDM";
constexpr size_t kSlotSize = 64;
constexpr size_t kBootSize = 16;
constexpr size_t kHeaderZeros = 10;
constexpr size_t kSlotZeros = 8;
constexpr size_t kChecksumSize = 8;

// The run of the operating system, 16 bytes of its text; zeros when the system
// does not tell.
std::string Boot() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string text;
  std::getline(in, text);
  text.erase(std::remove(text.begin(), text.end(), '-'), text.end());
  text.resize(kBootSize, '\0');
  return text;
}

std::string EncodeHeader(const JournalIdentity& identity,
                         absl::string_view boot) {
  std::string bytes(kMagic);
  AppendBigEndian(kFormatVersion, bytes);
  bytes.append(identity.store_id.begin(), identity.store_id.end());
  AppendBigEndian(identity.partition_count, bytes);
  bytes.append(boot.data(), boot.size());
  bytes.append(kHeaderZeros, '\0');
  AppendBigEndian(Checksum(bytes, 0), bytes);
  return bytes;
}

std::string EncodeSlot(uint64_t turn, const JournalPoint& point,
                       uint64_t seed) {
  std::string bytes;
  bytes.reserve(kSlotSize);
  AppendBigEndian(turn, bytes);
  AppendBigEndian(point.position.value(), bytes);
  bytes.append(point.root.begin(), point.root.end());
  bytes.append(kSlotZeros, '\0');
  AppendBigEndian(Checksum(bytes, seed), bytes);
  return bytes;
}

bool ChecksumHolds(absl::string_view bytes, uint64_t seed) {
  ByteReader tail(bytes.substr(bytes.size() - kChecksumSize));
  return *tail.TakeBigEndian<uint64_t>() ==
         Checksum(bytes.substr(0, bytes.size() - kChecksumSize), seed);
}

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(what);
}

}  // namespace

DurableMarks::DurableMarks(std::unique_ptr<JournalFile> file,
                           const JournalIdentity& identity)
    : file_(std::move(file)),
      identity_(identity),
      marks_(size_t{identity.partition_count} + 1) {}

absl::StatusOr<std::unique_ptr<DurableMarks>> DurableMarks::Open(
    JournalFiles& files, const JournalIdentity& identity) {
  SLUICE_ASSIGN_OR_RETURN(auto file, files.Open(kMarksName));
  std::unique_ptr<DurableMarks> marks(
      new DurableMarks(std::move(file), identity));
  SLUICE_RETURN_IF_ERROR(marks->Load());
  return marks;
}

absl::StatusOr<std::unique_ptr<DurableMarks>> DurableMarks::Create(
    JournalFiles& files, const JournalIdentity& identity) {
  const std::string temporary = absl::StrCat(kMarksName, kTemporarySuffix);
  const size_t size =
      kSlotSize * (1 + 2 * (size_t{identity.partition_count} + 1));
  {
    SLUICE_ASSIGN_OR_RETURN(const auto file, files.Create(temporary, size));
    SLUICE_RETURN_IF_ERROR(file->WriteAgain(
        0, EncodeHeader(identity, std::string(kBootSize, '\0'))));
    SLUICE_RETURN_IF_ERROR(file->Sync());
  }
  SLUICE_RETURN_IF_ERROR(files.Replace(temporary, kMarksName));
  return Open(files, identity);
}

absl::Status DurableMarks::Load() {
  MutexLock lock(mutex_);
  std::string bytes(kSlotSize * (1 + 2 * marks_.size()), '\0');
  const absl::Status read = ReadExactly(*file_, 0, absl::MakeSpan(bytes));
  if (absl::IsOutOfRange(read)) return Damaged("too short");
  SLUICE_RETURN_IF_ERROR(read);
  const absl::string_view all(bytes);
  const absl::string_view header = all.substr(0, kSlotSize);
  const absl::string_view boot =
      header.substr(kMagic.size() + 4 + 16 + 2, kBootSize);
  if (header != EncodeHeader(identity_, boot)) {
    if (!ChecksumHolds(header, 0)) return Damaged("its header is damaged");
    return absl::FailedPreconditionError("it belongs to another store");
  }
  exact_ = boot == Boot() && boot != std::string(kBootSize, '\0');
  const uint64_t seed = ChecksumSeed(identity_);
  const std::string blank(kSlotSize, '\0');
  std::vector<bool> bad(marks_.size());
  for (size_t i = 0; i < 2 * marks_.size(); ++i) {
    const absl::string_view slot = all.substr(kSlotSize * (1 + i), kSlotSize);
    if (slot == blank) continue;
    // The other slot of this journal counts: a power cut may tear one.
    if (!ChecksumHolds(slot, seed)) {
      exact_ = false;
      bad[i / 2] = true;
      continue;
    }
    ByteReader in(slot);
    Mark mark;
    mark.turn = *in.TakeBigEndian<uint64_t>();
    mark.point.position = Position::FromValue(*in.TakeBigEndian<uint64_t>());
    const absl::string_view root = *in.Take(mark.point.root.size());
    std::copy(root.begin(), root.end(), mark.point.root.begin());
    Mark& newest = marks_[i / 2];
    if (mark.turn > newest.turn) newest = mark;
  }
  for (size_t i = 0; i < marks_.size(); ++i) {
    if (bad[i] && marks_[i].turn == 0) return Damaged("a slot is damaged");
  }
  return absl::OkStatus();
}

size_t DurableMarks::IndexOf(uint16_t partition) const {
  const size_t index = partition == kControlPartition
                           ? identity_.partition_count
                           : size_t{partition};
  SLUICE_CHECK(index <= identity_.partition_count);
  return index;
}

std::optional<JournalPoint> DurableMarks::Of(uint16_t partition) const {
  MutexLock lock(mutex_);
  const Mark& mark = marks_[IndexOf(partition)];
  if (mark.turn == 0) return std::nullopt;
  return mark.point;
}

absl::Status DurableMarks::Begin(bool exact) {
  SLUICE_RETURN_IF_ERROR(file_->WriteAgain(
      0, EncodeHeader(identity_, exact ? Boot() : std::string(kBootSize, 0))));
  SLUICE_RETURN_IF_ERROR(file_->Sync());
  exact_ = exact;
  return absl::OkStatus();
}

absl::Status DurableMarks::Set(uint16_t partition, const JournalPoint& point) {
  const size_t index = IndexOf(partition);
  uint64_t turn = 0;
  {
    MutexLock lock(mutex_);
    Mark& mark = marks_[index];
    mark.point = point;
    turn = ++mark.turn;
  }
  return file_->WriteAgain(kSlotSize * (1 + 2 * index + turn % 2),
                           EncodeSlot(turn, point, ChecksumSeed(identity_)));
}

absl::Status DurableMarks::Sync() { return file_->Sync(); }

}  // namespace sluice::store
