#include "store/journal/control_journal.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "store/journal/journal_reader.h"

namespace sluice::store {

ControlJournal::ControlJournal(JournalFiles& files,
                               const JournalIdentity& identity,
                               const JournalOptions& options)
    : files_(files),
      identity_(identity),
      options_(options),
      records_(files, identity),
      group_(ChecksumSeed(identity)) {}

absl::StatusOr<std::unique_ptr<ControlJournal>> ControlJournal::Open(
    JournalFiles& files, const JournalIdentity& identity,
    const JournalOptions& options, JournalOpened* opened) {
  std::unique_ptr<ControlJournal> control(
      new ControlJournal(files, identity, options));
  MutexLock lock(control->mutex_);
  SLUICE_RETURN_IF_ERROR(control->Reopen(opened));
  // A loss is accepted once.
  control->options_.accept_loss = false;
  return control;
}

absl::Status ControlJournal::Reopen(JournalOpened* opened) {
  SLUICE_ASSIGN_OR_RETURN(journal_,
                          Journal::Open(files_, identity_, options_, opened));
  return absl::OkStatus();
}

absl::StatusOr<RecordRef> ControlJournal::AppendOne(store::v1::Record record) {
  MutexLock lock(mutex_);
  group_.Clear();
  if (!Add(record)) {
    return absl::InvalidArgumentError("record larger than a group");
  }
  SLUICE_ASSIGN_OR_RETURN(const Position at, Commit());
  return RecordRef(at, 0);
}

absl::Status ControlJournal::Append(std::vector<store::v1::Record> records,
                                    size_t& durable) {
  durable = 0;
  MutexLock lock(mutex_);
  group_.Clear();
  for (size_t i = 0; i < records.size(); ++i) {
    if (Add(records[i])) continue;
    if (group_.count() > 0) {
      SLUICE_RETURN_IF_ERROR(Commit().status());
      durable = i;
    }
    if (!Add(records[i])) {
      return absl::InvalidArgumentError("record larger than a group");
    }
  }
  if (group_.count() > 0) SLUICE_RETURN_IF_ERROR(Commit().status());
  durable = records.size();
  return absl::OkStatus();
}

// Adds a record to the group, if it fits.
bool ControlJournal::Add(store::v1::Record& record) {
  const absl::string_view salt = salts_.Next();
  record.set_salt(salt.data(), salt.size());
  const std::string bytes = record.SerializeAsString();
  if (!group_.Fits(bytes.size())) return false;
  group_.Add(bytes);
  return true;
}

absl::Status ControlJournal::ReopenIfClosed() {
  MutexLock lock(mutex_);
  return journal_ == nullptr ? Reopen(nullptr) : absl::OkStatus();
}

// Makes the group durable, says where it is, and begins the next.
absl::StatusOr<Position> ControlJournal::Commit() {
  if (journal_ == nullptr) SLUICE_RETURN_IF_ERROR(Reopen(nullptr));
  SLUICE_RETURN_IF_ERROR(journal_->ReserveSpace());
  absl::StatusOr<Position> at = journal_->Append(group_);
  if (at.ok()) {
    const absl::Status synced = journal_->Sync();
    if (!synced.ok()) at = synced;
  }
  // After a failure only reopening finds out what is durable.
  if (absl::IsUnavailable(at.status())) journal_.reset();
  group_.Clear();
  return at;
}

absl::StatusOr<Position> ControlJournal::DurableEnd() const {
  MutexLock lock(mutex_);
  if (journal_ == nullptr) {
    return absl::UnavailableError("the control journal is closed");
  }
  return journal_->durable_end();
}

absl::Status ControlJournal::Read(
    const std::function<void(const store::v1::Record&)>& visit) const {
  SLUICE_ASSIGN_OR_RETURN(const Position end, DurableEnd());
  // Keys and rules come from here: a forged record must not be taken.
  JournalReader reader(files_, identity_, Position(), Proof::kHashes);
  store::v1::Record record;
  for (;;) {
    SLUICE_ASSIGN_OR_RETURN(const bool more, reader.Next(end));
    if (!more) return absl::OkStatus();
    for (uint32_t i = 0; i < reader.group().count(); ++i) {
      if (reader.group().Removed(i)) continue;
      const absl::string_view bytes = reader.group().Record(i);
      if (!record.ParseFromArray(bytes.data(),
                                 static_cast<int>(bytes.size()))) {
        return absl::DataLossError(
            absl::StrCat("control journal, ", ToString(reader.position()),
                         ": record ", i, " does not parse"));
      }
      visit(record);
    }
  }
}

absl::StatusOr<RecordRef> ControlJournal::Scan(
    RecordRef from,
    const std::function<bool(RecordRef, absl::string_view)>& visit,
    const StopAsked& stop) const {
  SLUICE_ASSIGN_OR_RETURN(const Position end, DurableEnd());
  JournalReader reader(files_, identity_, from.position(), Proof::kHashes);
  RecordRef next = from;
  for (;;) {
    SLUICE_RETURN_IF_ERROR(CheckStop(stop));
    SLUICE_ASSIGN_OR_RETURN(const bool more, reader.Next(end));
    if (!more) return next;
    const GroupView& group = reader.group();
    const bool first = reader.position() == from.position();
    for (uint32_t i = first ? from.index() : 0; i < group.count(); ++i) {
      if (group.Removed(i)) continue;
      const RecordRef ref(reader.position(), i);
      if (!visit(ref, group.Record(i))) return RecordRef(ref.position(), i + 1);
    }
    next = RecordRef(reader.next_position(), 0);
  }
}

absl::StatusOr<store::v1::Record> ControlJournal::ReadAt(RecordRef ref) const {
  SLUICE_ASSIGN_OR_RETURN(const std::string bytes, records_.Read(ref));
  store::v1::Record record;
  if (record.ParseFromString(bytes)) return record;
  return absl::DataLossError(absl::StrCat("control journal, ",
                                          ToString(ref.position()), ": record ",
                                          ref.index(), " does not parse"));
}

}  // namespace sluice::store
