#include "store/standing_records.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/files.h"
#include "rules/base/status_macros.h"
#include "store/journal/journal_reader.h"

namespace sluice::store {
namespace {

using store::v1::Record;

absl::Status Parse(const JournalReader& reader, uint32_t index,
                   Record& record) {
  const absl::string_view bytes = reader.group().Record(index);
  if (record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::OkStatus();
  }
  return absl::DataLossError(
      absl::StrCat("control journal, ", ToString(reader.position()),
                   ": record ", index, " does not parse"));
}

}  // namespace

StandingRecords::StandingRecords(const JournalFiles& files,
                                 const JournalIdentity& identity,
                                 const ControlJournal& journal,
                                 std::string path, Note note)
    : files_(files),
      identity_(identity),
      journal_(journal),
      path_(std::move(path)),
      note_(std::move(note)) {}

absl::Status StandingRecords::Open() {
  const absl::StatusOr<std::string> bytes = ReadFile(path_);
  if (absl::IsNotFound(bytes.status())) return absl::OkStatus();
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<ControlCheckpoint> read =
      ControlCheckpoint::Decode(identity_, *bytes);
  if (!read.ok()) {
    note_(absl::StrCat(path_, ": ", read.status().message(),
                       "; the control journal is read as a whole"));
    return absl::OkStatus();
  }
  SLUICE_ASSIGN_OR_RETURN(const Position end, journal_.DurableEnd());
  if (read->last()->position >= end) {
    return absl::DataLossError(absl::StrCat(
        path_, " knows the control journal up to ",
        ToString(read->last()->position), ", but the journal ends at ",
        ToString(end),
        ": its newest records (parties, keys, stops) are missing. Put the "
        "missing segments back; to go on without them, remove that file"));
  }
  MutexLock lock(mutex_);
  checkpoint_ = *std::move(read);
  return absl::OkStatus();
}

absl::Status StandingRecords::Read(const Visit& visit) {
  std::vector<Record> records;
  {
    MutexLock lock(mutex_);
    SLUICE_RETURN_IF_ERROR(CatchUp());
    SLUICE_ASSIGN_OR_RETURN(const Position end, journal_.DurableEnd());
    absl::StatusOr<std::vector<Record>> read = ReadAll(end);
    if (absl::IsDataLoss(read.status()) || absl::IsOutOfRange(read.status())) {
      note_(absl::StrCat(path_, " names records that cannot be read (",
                         read.status().message(),
                         "); the control journal is read as a whole"));
      checkpoint_ = ControlCheckpoint();
      SLUICE_RETURN_IF_ERROR(CatchUpFrom(end));
      read = ReadAll(end);
    }
    if (!read.ok()) return read.status();
    records = *std::move(read);
    if (unsaved_ >= kUnsavedMax / 16) SaveLocked();
  }
  for (const Record& record : records) visit(record);
  return absl::OkStatus();
}

// Takes the records behind the checkpoint, or all if the journal is not the one
// that it was made of.
absl::Status StandingRecords::CatchUp() {
  SLUICE_ASSIGN_OR_RETURN(const Position end, journal_.DurableEnd());
  const absl::Status status = CatchUpFrom(end);
  if (!absl::IsDataLoss(status) && !absl::IsOutOfRange(status)) return status;
  if (!checkpoint_.last()) return status;
  note_(absl::StrCat(path_, " does not fit the control journal (",
                     status.message(), "), which is read as a whole instead"));
  checkpoint_ = ControlCheckpoint();
  return CatchUpFrom(end);
}

absl::Status StandingRecords::CatchUpFrom(Position end) {
  const auto last = checkpoint_.last();
  JournalReader reader(files_, identity_, last ? last->position : Position());
  if (last) {
    SLUICE_ASSIGN_OR_RETURN(const bool found, reader.Next(end));
    if (!found || reader.position() != last->position ||
        reader.group().root() != last->root) {
      return absl::DataLossError(
          absl::StrCat("another group is at ", ToString(last->position)));
    }
  }
  Record record;
  for (;;) {
    SLUICE_ASSIGN_OR_RETURN(const bool more, reader.Next(end));
    if (!more) return absl::OkStatus();
    for (uint32_t i = 0; i < reader.group().count(); ++i) {
      ++unsaved_;
      if (reader.group().Removed(i)) continue;
      SLUICE_RETURN_IF_ERROR(Parse(reader, i, record));
      checkpoint_.Take(RecordRef(reader.position(), i), record);
    }
    checkpoint_.EndGroup({reader.position(), reader.group().root()});
  }
}

absl::StatusOr<std::vector<Record>> StandingRecords::ReadAll(Position end) {
  std::vector<Record> records;
  JournalReader reader(files_, identity_);
  for (const RecordRef ref : checkpoint_.Standing()) {
    if (records.empty() || reader.position() != ref.position()) {
      SLUICE_RETURN_IF_ERROR(reader.Seek(ref.position()));
      SLUICE_ASSIGN_OR_RETURN(const bool found, reader.Next(end));
      if (!found || reader.position() != ref.position()) {
        return absl::DataLossError(
            absl::StrCat("no group begins at ", ToString(ref.position())));
      }
    }
    if (ref.index() >= reader.group().count()) {
      return absl::DataLossError(absl::StrCat("no record ", ref.index(), " at ",
                                              ToString(ref.position())));
    }
    if (reader.group().Removed(ref.index())) continue;
    SLUICE_RETURN_IF_ERROR(Parse(reader, ref.index(), records.emplace_back()));
  }
  return records;
}

void StandingRecords::Appended(uint64_t records) {
  const uint64_t before = appended_.fetch_add(records);
  if (before < kUnsavedMax && before + records >= kUnsavedMax) Save();
}

void StandingRecords::Save() {
  MutexLock lock(mutex_);
  const absl::Status caught_up = CatchUp();
  if (!caught_up.ok()) {
    note_(absl::StrCat(path_, " is not saved: ", caught_up.message()));
    return;
  }
  SaveLocked();
}

void StandingRecords::SaveLocked() {
  appended_ = 0;
  if (std::exchange(unsaved_, 0) == 0 || !checkpoint_.last()) return;
  const absl::Status saved = ReplaceFile(path_, checkpoint_.Encode(identity_));
  if (!saved.ok()) note_(std::string(saved.message()));
}

}  // namespace sluice::store
