#include "store/store_check.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "store/history_check.h"
#include "store/known_ends.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

// Looks for journals in `folder` and below, into `check` what cannot be read. A
// journal has an identity; that may be the damaged file, so segments are
// enough.
void FindIn(const fs::path& folder, std::vector<std::string>& found,
            StoreCheck& check) {
  bool is_journal = false;
  std::vector<fs::path> below;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code gone;
    is_journal |= name == kIdentityName || SegmentOfName(name).has_value();
    if (it->is_directory(gone) && !it->is_symlink(gone)) {
      below.push_back(it->path());
    }
  }
  if (error) check.unchecked.push_back({folder.string(), error.message()});
  if (is_journal) found.push_back(folder.string());
  for (const fs::path& next : below) FindIn(next, found, check);
}

// A journal, or the marks, with one fault as a whole.
CheckedJournal Faulty(std::string folder, uint16_t partition,
                      std::string what) {
  CheckedJournal checked = {std::move(folder), {}};
  checked.report.identity.partition = partition;
  checked.report.damage_count = 1;
  checked.report.damage.push_back({0, 0, std::move(what)});
  return checked;
}

class StoreChecker {
 public:
  StoreChecker(std::string path, const StoreCheckProgress& progress,
               const std::vector<KeptHead>& kept)
      : path_(std::move(path)), progress_(progress), kept_(kept) {}

  absl::StatusOr<StoreCheck> Check() {
    std::error_code error;
    std::vector<std::string> found;
    if (fs::is_directory(path_, error)) FindIn(path_, found, check_);
    const KnownEnds ends = KnownEnds::Read(path_);
    if (ends.is_store()) {
      ReadHistory(ends);
      AddLinked(ends, found);
      AddMissing(ends, found);
      if (ends.identity()) AddUncounted(*ends.identity());
      AddStrangers(ends);
    }
    std::sort(found.begin(), found.end());
    for (const std::string& folder : found) {
      CheckOne(folder, JournalOf(ends, folder), ends);
    }
    if (check_.journals.empty() && check_.unchecked.empty()) {
      return absl::NotFoundError(
          absl::StrCat(path_,
                       ": this folder has no journal; give the path in "
                       "store.path of sluice.yaml"));
    }
    return std::move(check_);
  }

 private:
  std::string FolderOf(uint16_t partition) const {
    return absl::StrCat(path_, "/", JournalFolder(partition));
  }

  // Which journal of the store should be in the folder; nullopt: none.
  std::optional<uint16_t> JournalOf(const KnownEnds& ends,
                                    const std::string& folder) const {
    for (const uint16_t partition : ends.Journals()) {
      if (folder == FolderOf(partition)) return partition;
    }
    return std::nullopt;
  }

  // Without the control journal nothing is known; that it is missing is found
  // otherwise.
  void ReadHistory(const KnownEnds& ends) {
    const auto files = PosixJournalFiles::Open(
        FolderOf(kControlPartition), PosixJournalFiles::Access::kRead);
    if (!files.ok() || !ends.identity()) return;
    check_.history = SignedHistory::Read(**files, *ends.identity(), kept_);
  }

  // Journals behind links, which FindIn() does not follow.
  void AddLinked(const KnownEnds& ends, std::vector<std::string>& found) const {
    for (const uint16_t partition : ends.Journals()) {
      const std::string folder = FolderOf(partition);
      std::error_code error;
      if (!fs::exists(fs::path(folder) / std::string(kIdentityName), error)) {
        continue;
      }
      if (std::find(found.begin(), found.end(), folder) == found.end()) {
        found.push_back(folder);
      }
    }
  }

  void AddStrangers(const KnownEnds& ends) {
    for (const uint16_t partition : ends.strangers()) {
      check_.journals.push_back(
          Faulty(FolderOf(partition), partition,
                 "this journal belongs to another store than the others do"));
    }
  }

  // Partitions of the signed heads that the identities, which nobody signs, do
  // not count.
  void AddUncounted(const JournalIdentity& identity) {
    for (uint16_t partition = identity.partition_count;
         partition < kControlPartition; ++partition) {
      const auto states = check_.history.states.find(TreeName(partition));
      if (states == check_.history.states.end()) return;
      check_.journals.push_back(Faulty(
          FolderOf(partition), partition,
          absl::StrCat("head ", states->second.back().head, " signed ",
                       states->second.back().tree.size,
                       " records of this journal, and the others say that "
                       "there are only ",
                       identity.partition_count, " partitions")));
    }
  }

  // Journals that should be there.
  void AddMissing(const KnownEnds& ends,
                  const std::vector<std::string>& found) {
    if (!ends.marks_fault().empty()) {
      check_.journals.push_back(Faulty(absl::StrCat(path_, "/", kMarksName),
                                       kControlPartition, ends.marks_fault()));
    }
    for (const uint16_t partition : ends.Journals()) {
      const std::string folder = FolderOf(partition);
      if (std::find(found.begin(), found.end(), folder) != found.end()) {
        continue;
      }
      const TailKnown known = ends.Of(partition);
      const auto states = check_.history.states.find(TreeName(partition));
      if (states != check_.history.states.end() &&
          states->second.back().tree.size > 0) {
        check_.journals.push_back(Faulty(
            folder, partition,
            absl::StrCat("the journal is missing; head ",
                         states->second.back().head, " signed ",
                         states->second.back().tree.size, " records of it")));
      } else if (known.durable) {
        check_.journals.push_back(
            Faulty(folder, partition,
                   absl::StrCat("the journal is missing; it was durable up to ",
                                ToString(known.durable->position))));
      } else if (partition == kControlPartition) {
        check_.journals.push_back(
            Faulty(folder, partition,
                   "the journal is missing: keys, parties, rule versions"));
      }
    }
  }

  void CheckOne(const std::string& folder, std::optional<uint16_t> partition,
                const KnownEnds& ends) {
    const auto files =
        PosixJournalFiles::Open(folder, PosixJournalFiles::Access::kRead);
    absl::Status status = files.status();
    if (status.ok()) {
      std::optional<HistoryCheck> history;
      if (partition) history.emplace(check_.history, *partition);
      auto report = CheckJournal(
          **files,
          [&](uint64_t done, uint64_t all) {
            if (progress_) progress_(folder, done, all);
          },
          partition ? ends.Of(*partition) : TailKnown(),
          [&](Position at, const GroupView& group,
              absl::Span<const Hash> leaves) {
            if (history) history->Take(at, group, leaves);
          });
      status = report.status();
      if (report.ok()) {
        if (history) Compare(*partition, *history, *report);
        check_.journals.push_back({folder, *std::move(report)});
      }
    }
    if (status.ok()) return;
    check_.unchecked.push_back({folder, std::string(status.message())});
  }

  void Compare(uint16_t partition, HistoryCheck& history,
               JournalCheckReport& report) {
    history.End(report);
    check_.records_unsigned += history.records_unsigned();
    check_.reduced_unnamed += history.reduced_unnamed();
    if (partition != kControlPartition) return;
    for (const JournalDamage& fault : check_.history.faults) {
      ++report.damage_count;
      if (report.damage.size() < kDamageMax) report.damage.push_back(fault);
    }
  }

  const std::string path_;
  const StoreCheckProgress& progress_;
  const std::vector<KeptHead>& kept_;
  StoreCheck check_;
};

}  // namespace

absl::StatusOr<StoreCheck> CheckStore(const std::string& path,
                                      const StoreCheckProgress& progress,
                                      const std::vector<KeptHead>& kept) {
  return StoreChecker(path, progress, kept).Check();
}

}  // namespace sluice::store
