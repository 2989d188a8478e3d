// Opening a store: its folders, its identity, its journals and partitions.

#include <openssl/rand.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/check.h"
#include "rules/base/milliseconds.h"
#include "rules/base/status_macros.h"
#include "store/folders.h"
#include "store/journal/journal_tail.h"
#include "store/journal_heads.h"
#include "store/kept_records.h"
#include "store/missing_segments.h"
#include "store/store_state.h"

namespace sluice::store {

namespace {

namespace fs = std::filesystem;

// Few records: control segments are small, so that a new store is small.
constexpr uint64_t kControlSegmentBytes = 8u << 20;
constexpr absl::string_view kCheckpointName = "control.checkpoint";

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat(path, ": ", error.message()));
  }
  return absl::OkStatus();
}

std::string PartitionFolder(int index) {
  return absl::StrFormat("partition-%03d", index);
}

std::string LossHint(const std::string& store, const std::string& journal) {
  return absl::StrCat("`sluicectl store accept-loss ", store, " --journal ",
                      journal, " --reason WHY`");
}

// Whether the marks in this file are more than those of a store that was just
// made: a header alone.
bool HasMarks(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  in.ignore(64);
  char octet = 0;
  while (in.get(octet)) {
    if (octet != 0) return true;
  }
  return false;
}

// A store that has lost its control journal is not new: its partitions or its
// marks are there.
absl::Status CheckIsNew(const std::string& path) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    const bool marks = name == kMarksName && HasMarks(entry.path());
    if (name.rfind("partition-", 0) != 0 && name != kCheckpointName && !marks) {
      continue;
    }
    return absl::DataLossError(absl::StrCat(
        path, "/control has no journal, though ", name,
        " is there: keys, parties and rule versions are missing (an unmounted "
        "disk?). Mount or restore ",
        path, "/control; if it is lost, ", LossHint(path, "control"),
        " begins another"));
  }
  return absl::OkStatus();
}

// The store's id is in the control journal's identity; a new store draws a new
// id.
absl::StatusOr<JournalIdentity> IdentityOf(const JournalFiles& control,
                                           const std::string& path,
                                           int partitions) {
  absl::StatusOr<JournalIdentity> identity = ReadIdentity(control);
  if (absl::IsNotFound(identity.status())) {
    SLUICE_ASSIGN_OR_RETURN(const auto segments, ListSegments(control));
    if (!segments.empty()) {
      return absl::DataLossError(
          absl::StrCat("the journal has segments and no file ", kIdentityName,
                       ". Restore it from a copy"));
    }
    SLUICE_RETURN_IF_ERROR(CheckIsNew(path));
    JournalIdentity fresh;
    SLUICE_CHECK(RAND_bytes(fresh.store_id.data(),
                            static_cast<int>(fresh.store_id.size())) == 1);
    fresh.partition = kControlPartition;
    fresh.partition_count = static_cast<uint16_t>(partitions);
    return fresh;
  }
  if (identity.ok() && identity->partition_count != partitions) {
    return absl::InvalidArgumentError(absl::StrCat(
        "store.partitions: ", partitions, ", but the store was made with ",
        identity->partition_count, ", which is fixed"));
  }
  if (identity.ok()) {
    SLUICE_ASSIGN_OR_RETURN(const auto segments, ListSegments(control));
    if (segments.empty()) SLUICE_RETURN_IF_ERROR(CheckIsNew(path));
  }
  return identity;
}

}  // namespace

absl::Status Store::State::OpenControl(
    const std::function<void(const std::string&)>& note) {
  SLUICE_RETURN_IF_ERROR(MakeFolder(options.path + "/control"));
  // The store has numbers and texts: only this user may read it.
  ::chmod(options.path.c_str(), 0700);
  SLUICE_ASSIGN_OR_RETURN(root_files, PosixJournalFiles::Open(options.path));
  SLUICE_ASSIGN_OR_RETURN(control_files, OpenFiles(options.path + "/control"));
  const auto found = IdentityOf(*control_files, options.path,
                                static_cast<int>(partitions.size()));
  if (!found.ok()) return Named(found.status(), "control");
  identity = *found;
  // Before the marks: a kill in between must not leave marks of no journal.
  if (absl::IsNotFound(ReadIdentity(*control_files).status())) {
    SLUICE_RETURN_IF_ERROR(WriteIdentity(identity, *control_files));
  }
  SLUICE_ASSIGN_OR_RETURN(heads, LastHeads(*control_files, identity));
  auto opened_marks = OpenMarks(*root_files, identity, heads);
  if (!opened_marks.ok()) return Named(opened_marks.status(), kMarksName);
  marks = *std::move(opened_marks);
  written_ms =
      WrittenMs(*control_files, options.path + "/control", system_clock);
  JournalOptions journal;
  journal.segment_bytes = static_cast<uint32_t>(
      std::min<uint64_t>(options.segment_bytes, kControlSegmentBytes));
  journal.marks = marks.get();
  JournalOpened opened;
  auto made = ControlJournal::Open(*control_files, identity, journal, &opened);
  if (!made.ok()) return Named(made.status(), "control");
  control = *std::move(made);
  of_old_version = !heads && opened.records > 0;
  if (opened.bytes_cut > 0) {
    note(absl::StrCat("control journal: cut ", opened.bytes_cut,
                      " bytes of a half-written tail (", opened.cut_reason,
                      "); none was acknowledged"));
  }
  standing = std::make_unique<StandingRecords>(
      *control_files, identity, *control,
      absl::StrCat(options.path, "/", kCheckpointName), note);
  retention_facts = std::make_unique<RetentionFacts>(*standing, *control);
  return standing->Open();
}

// Names the folder in an error of a journal.
absl::Status Store::State::Named(const absl::Status& status,
                                 absl::string_view journal) const {
  if (absl::IsFailedPrecondition(status)) {
    return absl::FailedPreconditionError(
        absl::StrCat(options.path, "/", journal, ": ", status.message(),
                     ". Restore the folder that belongs here"));
  }
  if (!absl::IsDataLoss(status) && !absl::IsUnavailable(status)) return status;
  return absl::Status(status.code(), absl::StrCat(options.path, "/", journal,
                                                  ": ", status.message()));
}

absl::Status Store::State::RecordHeads(bool clean_stop) {
  v1::Record record;
  record.set_at_ms(clock.NowMs());
  *record.mutable_journal_heads() =
      HeadsOf(*marks, static_cast<int>(partitions.size()), clean_stop);
  return control->Append(std::move(record));
}

// A partition that had a journal must still have one: an empty folder may be
// where a disk was mounted.
absl::Status Store::State::CheckStillThere(
    int index, const JournalFiles& files,
    const std::optional<JournalPoint>& known) const {
  const absl::StatusOr<JournalIdentity> identity = ReadIdentity(files);
  const bool expected = known || of_old_version;
  if (!expected || !absl::IsNotFound(identity.status())) {
    return absl::OkStatus();
  }
  SLUICE_ASSIGN_OR_RETURN(const auto segments, ListSegments(files));
  if (!segments.empty()) return absl::OkStatus();  // The journal says it.
  const std::string name = PartitionFolder(index);
  return absl::DataLossError(absl::StrCat(
      options.path, "/", name, "/journal is missing or empty, ",
      known ? absl::StrCat("and was durable up to ", ToString(known->position))
            : "though the store has records",
      " (an unmounted disk?). Mount or restore it; if it is lost, ",
      LossHint(options.path, name), " begins another"));
}

// Segments that views stand in for are asked for as well: somebody may have
// removed them. A person can accept that they are lost.
absl::Status Store::State::CheckMissing(int index, const Partition& partition) {
  SLUICE_ASSIGN_OR_RETURN(const std::vector<SegmentRange> missing,
                          MissingSegments(*partition.files));
  if (missing.empty()) return absl::OkStatus();
  std::vector<SegmentRange> accepted;
  SLUICE_RETURN_IF_ERROR(standing->Read([&](const v1::Record& record) {
    const auto range = AcceptedRange(record, static_cast<uint16_t>(index));
    if (range) accepted.push_back(*range);
  }));
  const std::optional<SegmentRange> lost = NotAccepted(missing, accepted);
  if (lost) {
    return Named(LossError(Position(lost->first, 0), WhatIsMissing(*lost)),
                 PartitionFolder(index) + "/journal");
  }
  for (const SegmentRange& range : missing) {
    alarm.Raise(partition.identity,
                DamageError(partition.identity, Position(range.first, 0),
                            WhatIsMissing(range)));
  }
  return absl::OkStatus();
}

absl::Status Store::State::OpenPartition(
    int index, const std::function<void(const std::string&)>& note) {
  const std::string folder =
      absl::StrCat(options.path, "/", PartitionFolder(index));
  Partition& partition = partitions[index];
  SLUICE_RETURN_IF_ERROR(MakeFolder(folder));
  SLUICE_RETURN_IF_ERROR(MakeFolder(folder + "/journal"));
  SLUICE_ASSIGN_OR_RETURN(partition.files, OpenFiles(folder + "/journal"));
  std::optional<JournalPoint> known = marks->Of(static_cast<uint16_t>(index));
  const std::optional<JournalPoint> head =
      heads ? HeadOf(*heads, index) : std::nullopt;
  if (head && (!known || known->position < head->position)) known = head;
  SLUICE_RETURN_IF_ERROR(CheckStillThere(index, *partition.files, known));
  partition.identity = identity;
  partition.identity.partition = static_cast<uint16_t>(index);
  SLUICE_RETURN_IF_ERROR(CheckMissing(index, partition));
  SLUICE_ASSIGN_OR_RETURN(partition.views, Views::Open(folder + "/views"));
  PartitionOptions partition_options;
  partition_options.identity = partition.identity;
  partition_options.sync = options.sync;
  partition_options.journal.segment_bytes =
      static_cast<uint32_t>(options.segment_bytes);
  partition_options.journal.marks = marks.get();
  partition_options.journal.head = head;
  partition_options.journal.began = [this, note] {
    if (!open) return;
    const absl::Status recorded = RecordHeads(/*clean_stop=*/false);
    if (!recorded.ok()) {
      note(absl::StrCat("control journal: ", recorded.message()));
    }
  };
  partition_options.checkpoint_cycle_bytes = options.checkpoint_cycle_bytes;
  partition_options.outbox_messages_max =
      options.outbox_messages_max / static_cast<uint32_t>(partitions.size());
  if (options.recipient_memory_bytes > 0) {
    partition_options.recipient_memory_bytes = std::max<uint64_t>(
        1, options.recipient_memory_bytes / partitions.size());
  }
  partition.writer = std::make_unique<PartitionWriter>(
      partition_options,
      PartitionParts{
          .files = *partition.files,
          .views = *partition.views,
          .clock = clock,
          .snapshot = [this] { return snapshot.Load(); },
          .note = note,
          .fault = options.alarm ? options.alarm : note,
          .alarm = &alarm,
          .work = [this, index](Carrier carrier) { Work(index, carrier); },
          .durable = [this, index] { Durable(index); }});
  return absl::OkStatus();
}

void Store::State::StartStatistics(
    const std::function<void(const std::string&)>& note) {
  std::vector<CountedJournal> journals;
  for (const Partition& partition : partitions) {
    const PartitionWriter* const writer = partition.writer.get();
    journals.push_back({*partition.files, partition.identity, writer->records(),
                        *partition.views,
                        [writer] { return writer->durable_end(); }});
  }
  statistics = std::make_unique<Statistics>(
      std::move(journals), options.alarm ? options.alarm : note);
}

void Store::State::StartScrubber(
    const std::function<void(const std::string&)>& note) {
  std::vector<ScrubbedJournal> journals;
  JournalIdentity control_identity = partitions.front().identity;
  control_identity.partition = kControlPartition;
  journals.push_back({*control_files, control_identity, nullptr, nullptr});
  for (const Partition& partition : partitions) {
    const PartitionWriter* const writer = partition.writer.get();
    journals.push_back({*partition.files, partition.identity,
                        [writer] { return writer->durable_end().segment(); },
                        partition.views.get()});
  }
  scrubber = std::make_unique<Scrubber>(
      std::move(journals), options.scrub_bytes_per_second,
      [this] { return clock.NowMs(); }, alarm,
      options.alarm ? options.alarm : note);
}

absl::StatusOr<std::unique_ptr<Store>> Store::Open(
    const StoreOptions& options, Clock& clock, SnapshotPtr snapshot,
    std::function<void(const std::string&)> note) {
  if (options.partitions < 1 || options.partitions > 64) {
    return absl::InvalidArgumentError(absl::StrCat(
        "store.partitions: ", options.partitions, ", allowed is 1 to 64"));
  }
  SLUICE_RETURN_IF_ERROR(CheckStart(options));
  std::unique_ptr<Store> store(new Store());
  store->state_ = std::make_unique<State>(options, clock);
  State& state = *store->state_;
  state.snapshot.Store(std::move(snapshot));
  state.partitions.resize(options.partitions);
  SLUICE_RETURN_IF_ERROR(state.OpenControl(note));
  for (int i = 0; i < options.partitions; ++i) {
    SLUICE_RETURN_IF_ERROR(state.OpenPartition(i, note));
  }
  SLUICE_RETURN_IF_ERROR(state.StartClock(state.identity, note));
  for (int i = 0; i < options.partitions; ++i) {
    SLUICE_RETURN_IF_ERROR(state.Named(state.partitions[i].writer->Start(),
                                       PartitionFolder(i) + "/journal"));
  }
  SLUICE_RETURN_IF_ERROR(state.marks->Begin(/*exact=*/options.sync));
  SLUICE_RETURN_IF_ERROR(state.RecordHeads(/*clean_stop=*/false));
  state.open = true;
  state.StartStatistics(note);
  if (!options.signing_key.empty()) {
    SLUICE_RETURN_IF_ERROR(state.StartNotary(note));
  }
  state.StartJanitor(note);
  if (options.scrub_bytes_per_second > 0) state.StartScrubber(note);
  return store;
}

}  // namespace sluice::store
