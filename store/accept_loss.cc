#include "store/accept_loss.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rules/base/status_macros.h"
#include "store/journal/control_journal.h"
#include "store/journal/journal_reader.h"
#include "store/journal/journal_tail.h"
#include "store/journal/journal_times.h"
#include "store/journal/salt.h"
#include "store/known_ends.h"
#include "store/missing_segments.h"
#include "store/partition/checkpoint.h"
#include "store/record_body.h"
#include "store/views/record_index.h"
#include "store/views/views.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

// How large the file of a new segment is; a start makes the next ones as
// configured.
constexpr uint32_t kNewSegmentBytes = 8u << 20;

class LossAcceptor {
 public:
  LossAcceptor(std::string path, std::string name, std::string reason)
      : path_(std::move(path)),
        name_(std::move(name)),
        reason_(std::move(reason)),
        ends_(KnownEnds::Read(path_)) {}

  absl::StatusOr<AcceptedLoss> Accept(bool dry_run) {
    if (!ends_.is_store()) {
      return absl::NotFoundError(absl::StrCat(
          path_, " is no store: give the path in store.path of sluice.yaml"));
    }
    if (name_ == kMarksAsJournal) return AcceptMarks(dry_run);
    SLUICE_RETURN_IF_ERROR(NameJournal());
    if (!ends_.marks_fault().empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat(ends_.marks_fault(),
                       ": accept that first, with "
                       "--journal ",
                       kMarksAsJournal));
    }
    SLUICE_RETURN_IF_ERROR(OpenFolders(/*make=*/!dry_run));
    SLUICE_RETURN_IF_ERROR(FindLoss());
    if (dry_run) return loss_;
    if (!loss_.missing.empty()) {
      SLUICE_RETURN_IF_ERROR(RecordMissing());
      return loss_;
    }
    SLUICE_RETURN_IF_ERROR(MoveAside());
    SLUICE_RETURN_IF_ERROR(EndJournal());
    return loss_;
  }

 private:
  JournalIdentity IdentityOf(uint16_t partition) const {
    JournalIdentity identity = *ends_.identity();
    identity.partition = partition;
    return identity;
  }

  absl::Status NameJournal() {
    absl::string_view digits = name_;
    uint32_t index = 0;
    if (name_ == "control") {
      partition_ = kControlPartition;
    } else if (absl::ConsumePrefix(&digits, "partition-") &&
               absl::SimpleAtoi(digits, &index) &&
               index < ends_.identity()->partition_count &&
               absl::StrCat("partition-", absl::Dec(index, absl::kZeroPad3)) ==
                   name_) {
      partition_ = static_cast<uint16_t>(index);
    } else {
      return absl::NotFoundError(absl::StrCat(
          "--journal: control, partition-000 to partition-",
          absl::Dec(ends_.identity()->partition_count - 1, absl::kZeroPad3),
          ", or ", kMarksAsJournal));
    }
    return absl::OkStatus();
  }

  absl::Status OpenFolders(bool make) {
    SLUICE_ASSIGN_OR_RETURN(root_, PosixJournalFiles::Open(path_));
    const std::string folder =
        absl::StrCat(path_, "/", JournalFolder(partition_));
    std::error_code error;
    if (make) fs::create_directories(folder, error);
    if (!fs::is_directory(folder, error)) return absl::OkStatus();
    SLUICE_ASSIGN_OR_RETURN(files_, PosixJournalFiles::Open(folder));
    return absl::OkStatus();
  }

  // Without a folder, or without an identity and segments in it, all is lost.
  absl::Status FindLoss() {
    TailKnown known = ends_.Of(partition_);
    known.accept_loss = true;
    if (known.durable) loss_.durable = known.durable->position;
    bool made = false;
    if (files_ != nullptr) {
      const auto identity = ReadIdentity(*files_);
      SLUICE_ASSIGN_OR_RETURN(const auto segments, ListSegments(*files_));
      made = !absl::IsNotFound(identity.status()) || !segments.empty();
      if (made && !identity.ok()) {
        return absl::DataLossError(absl::StrCat(
            path_, "/", JournalFolder(partition_), "/", kIdentityName, ": ",
            identity.status().message(),
            ". The segments are there: restore this file from a copy"));
      }
      if (made && identity->store_id != ends_.identity()->store_id) {
        return absl::FailedPreconditionError(absl::StrCat(
            path_, "/", JournalFolder(partition_),
            " belongs to another store: restore the folder that belongs here"));
      }
    }
    if (!made) {
      loss_.what = absl::StrCat(path_, "/", JournalFolder(partition_),
                                " is missing or empty");
      return absl::OkStatus();
    }
    SLUICE_RETURN_IF_ERROR(FindMissing());
    if (!loss_.missing.empty()) return absl::OkStatus();
    SLUICE_ASSIGN_OR_RETURN(const JournalTail tail,
                            FindTail(*files_, IdentityOf(partition_), known));
    if (tail.loss.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat(name_, " has lost nothing that was durable"));
    }
    loss_.what = std::string(tail.loss.message());
    loss_.end = tail.point.position;
    loss_.octets_aside = tail.bytes_torn;
    room_ = tail.room;
    loss_.newest_ms = NewestTime(*files_, IdentityOf(partition_)).value_or(0);
    return absl::OkStatus();
  }

  // The control journal has no views: all of it is needed.
  absl::Status FindMissing() {
    if (partition_ == kControlPartition) return absl::OkStatus();
    SLUICE_ASSIGN_OR_RETURN(const auto missing, MissingSegments(*files_));
    SLUICE_ASSIGN_OR_RETURN(const auto accepted, Accepted());
    if (!NotAccepted(missing, accepted)) return absl::OkStatus();
    loss_.missing = missing;
    const std::string what =
        absl::StrJoin(missing, "; ", [](std::string* out, const auto& one) {
          out->append(WhatIsMissing(one));
        });
    loss_.what =
        std::string(LossError(Position(missing[0].first, 0), what).message());
    const absl::StatusOr<Position> reach = ReachOfViews();
    if (reach.ok() && reach->segment() >= missing.back().end) {
      return absl::OkStatus();
    }
    return absl::DataLossError(absl::StrCat(
        path_, "/", JournalFolder(partition_), ": ", what,
        ", and the views do not stand in for them: opt-outs and messages "
        "under way would be lost. Restore what is missing from a copy"));
  }

  absl::StatusOr<std::vector<SegmentRange>> Accepted() const {
    SLUICE_ASSIGN_OR_RETURN(
        const auto control,
        PosixJournalFiles::Open(path_ + "/control",
                                PosixJournalFiles::Access::kRead));
    std::vector<SegmentRange> accepted;
    JournalReader reader(*control, IdentityOf(kControlPartition));
    v1::Record record;
    const Position end(Position::kSegmentMax, 0);
    for (;;) {
      const absl::StatusOr<bool> more = reader.Next(end);
      // To open that journal for writing tells its damage.
      if (!more.ok() || !*more) return accepted;
      const GroupView& group = reader.group();
      for (uint32_t i = 0; i < group.count(); ++i) {
        if (group.Removed(i) ||
            BodyOf(group.Record(i)) != v1::Record::kLossAcceptedFieldNumber ||
            !record.ParseFromString(std::string(group.Record(i)))) {
          continue;
        }
        const auto range = AcceptedRange(record, partition_);
        if (range) accepted.push_back(*range);
      }
    }
  }

  // A start reads the journal from here on.
  absl::StatusOr<Position> ReachOfViews() const {
    SLUICE_ASSIGN_OR_RETURN(
        const auto views,
        Views::OpenToRead(absl::StrCat(path_, "/", name_, "/views")));
    SLUICE_ASSIGN_OR_RETURN(const Position saved, OldestPoint(*views));
    SLUICE_ASSIGN_OR_RETURN(const RecordRef indexed,
                            RecordIndex(*views).flushed_to());
    return std::min(saved, indexed.position());
  }

  // Nothing of the journal changes: what is there is as it was.
  absl::Status RecordMissing() {
    SLUICE_ASSIGN_OR_RETURN(
        const auto marks,
        OpenMarks(*root_, IdentityOf(kControlPartition), std::nullopt));
    SLUICE_ASSIGN_OR_RETURN(const auto files,
                            PosixJournalFiles::Open(path_ + "/control"));
    JournalOptions options;
    options.segment_bytes = kNewSegmentBytes;
    options.marks = marks.get();
    SLUICE_ASSIGN_OR_RETURN(
        const auto control,
        ControlJournal::Open(*files, IdentityOf(kControlPartition), options,
                             nullptr));
    for (const SegmentRange& range : loss_.missing) {
      v1::Record record = LossRecord();
      record.mutable_loss_accepted()->set_missing_first(range.first);
      record.mutable_loss_accepted()->set_missing_end(range.end);
      SLUICE_RETURN_IF_ERROR(control->Append(std::move(record)));
    }
    return marks->Sync();
  }

  absl::Status MoveAside() {
    if (loss_.octets_aside == 0) return absl::OkStatus();
    const std::string name = absl::StrCat(
        "lost-", name_, "-", loss_.end.segment(), "-", loss_.end.offset());
    loss_.aside = name;
    // Bytes of an earlier loss at the same place are kept, too.
    for (int other = 2; fs::exists(fs::path(path_) / loss_.aside); ++other) {
      loss_.aside = absl::StrCat(name, "-", other);
    }
    const JournalFiles& files = *files_;
    SLUICE_ASSIGN_OR_RETURN(const auto from,
                            files.Open(SegmentName(loss_.end.segment())));
    std::string octets(loss_.octets_aside, '\0');
    SLUICE_RETURN_IF_ERROR(
        ReadExactly(*from, loss_.end.offset(), absl::MakeSpan(octets)));
    SLUICE_ASSIGN_OR_RETURN(const auto to,
                            root_->Create(loss_.aside, octets.size()));
    SLUICE_RETURN_IF_ERROR(to->Append(octets).status());
    return to->Sync();
  }

  absl::Status EndJournal() {
    const auto heads = LastHeadsOfControl();
    SLUICE_ASSIGN_OR_RETURN(
        const auto marks,
        OpenMarks(*root_, IdentityOf(kControlPartition), std::nullopt));
    if (partition_ == kControlPartition) {
      // It may name records that are lost; a start makes it anew.
      std::error_code ignored;
      fs::remove(fs::path(path_) / "control.checkpoint", ignored);
      return Record(*files_, *marks, heads);
    }
    std::error_code error;
    // Not by way of the journal's folder, which may be a link to another disk.
    fs::remove_all(fs::path(path_) / name_ / "views", error);
    if (error) {
      return absl::UnavailableError(
          absl::StrCat("delete the views: ", error.message()));
    }
    {
      SLUICE_ASSIGN_OR_RETURN(const auto journal,
                              Journal::Open(*files_, IdentityOf(partition_),
                                            Options(*marks), nullptr));
      // The partition's next start settles what it means for its messages.
      GroupBuilder group(ChecksumSeed(IdentityOf(partition_)));
      v1::Record record = LossRecord();
      SaltSource salts;
      const absl::string_view salt = salts.Next();
      record.set_salt(salt.data(), salt.size());
      group.Add(record.SerializeAsString());
      SLUICE_RETURN_IF_ERROR(journal->Append(group).status());
      SLUICE_RETURN_IF_ERROR(journal->Sync());
    }
    SLUICE_ASSIGN_OR_RETURN(const auto control,
                            PosixJournalFiles::Open(path_ + "/control"));
    return Record(*control, *marks, heads);
  }

  JournalOptions Options(DurableMarks& marks) const {
    JournalOptions options;
    options.segment_bytes = room_ > 0 ? room_ : kNewSegmentBytes;
    options.marks = &marks;
    options.accept_loss = true;
    return options;
  }

  // What the control journal said of the other partitions stays true.
  v1::JournalHeads LastHeadsOfControl() const {
    const auto files = PosixJournalFiles::Open(
        path_ + "/control", PosixJournalFiles::Access::kRead);
    if (!files.ok()) return {};
    auto heads = LastHeads(**files, IdentityOf(kControlPartition));
    if (!heads.ok() || !heads->has_value()) return {};
    return **std::move(heads);
  }

  absl::Status Record(JournalFiles& control_files, DurableMarks& marks,
                      v1::JournalHeads heads) {
    JournalOptions options = Options(marks);
    options.accept_loss = partition_ == kControlPartition;
    if (!options.accept_loss) options.segment_bytes = kNewSegmentBytes;
    SLUICE_ASSIGN_OR_RETURN(
        const auto control,
        ControlJournal::Open(control_files, IdentityOf(kControlPartition),
                             options, nullptr));
    v1::Record lost = LossRecord();
    const int64_t at_ms = lost.at_ms();
    SLUICE_RETURN_IF_ERROR(control->Append(std::move(lost)));
    heads.set_clean_stop(false);
    while (heads.heads_size() < ends_.identity()->partition_count) {
      heads.add_heads();
    }
    if (partition_ != kControlPartition) {
      const JournalPoint point = marks.Of(partition_).value_or(JournalPoint());
      v1::JournalHead& head = *heads.mutable_heads(partition_);
      head.set_position(point.position.value());
      head.set_root(point.root.data(), point.root.size());
    }
    v1::Record record;
    record.set_at_ms(at_ms);
    *record.mutable_journal_heads() = std::move(heads);
    SLUICE_RETURN_IF_ERROR(control->Append(std::move(record)));
    return marks.Sync();
  }

  // Bears the newest time that the store has: its clock is not this machine's,
  // and a later time would look like a step of the clock.
  v1::Record LossRecord() const {
    int64_t at_ms = loss_.newest_ms;
    const auto control = PosixJournalFiles::Open(
        path_ + "/control", PosixJournalFiles::Access::kRead);
    if (control.ok()) {
      at_ms = std::max(
          at_ms,
          NewestTime(**control, IdentityOf(kControlPartition)).value_or(0));
    }
    v1::Record record;
    record.set_at_ms(at_ms > 0 ? at_ms : absl::ToUnixMillis(absl::Now()));
    v1::LossAccepted& accepted = *record.mutable_loss_accepted();
    accepted.set_partition(partition_);
    accepted.set_end(loss_.end.value());
    if (loss_.durable) accepted.set_durable(loss_.durable->value());
    accepted.set_reason(reason_);
    return record;
  }

  absl::StatusOr<AcceptedLoss> AcceptMarks(bool dry_run) {
    if (ends_.marks_fault().empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat("file ", kMarksName, " has lost nothing"));
    }
    if (ends_.is_mixed()) {
      return absl::FailedPreconditionError(absl::StrCat(
          path_,
          " has parts of different stores; `sluicectl store check` names "
          "them: restore those that do not belong here"));
    }
    loss_.what = ends_.marks_fault();
    if (dry_run) return loss_;
    SLUICE_ASSIGN_OR_RETURN(root_, PosixJournalFiles::Open(path_));
    SLUICE_ASSIGN_OR_RETURN(
        const auto marks,
        DurableMarks::Create(*root_, IdentityOf(kControlPartition)));
    SLUICE_ASSIGN_OR_RETURN(const auto control,
                            PosixJournalFiles::Open(path_ + "/control"));
    partition_ = kControlPartition;
    SLUICE_RETURN_IF_ERROR(Record(*control, *marks, LastHeadsOfControl()));
    return loss_;
  }

  const std::string path_;
  const std::string name_;
  const std::string reason_;
  const KnownEnds ends_;
  uint16_t partition_ = 0;
  uint32_t room_ = 0;  // Of the journal's last segment; 0: not known.
  std::unique_ptr<PosixJournalFiles> root_;
  std::unique_ptr<PosixJournalFiles> files_;  // Null: no folder.
  AcceptedLoss loss_;
};

}  // namespace

absl::StatusOr<AcceptedLoss> AcceptLoss(const std::string& path,
                                        const std::string& journal,
                                        const std::string& reason,
                                        bool dry_run) {
  return LossAcceptor(path, journal, reason).Accept(dry_run);
}

}  // namespace sluice::store
