#include "store/store_check.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "store/known_ends.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

bool IsJournal(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / std::string(kIdentityName), error)) return true;
  // The identity may be the damaged file.
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (SegmentOfName(entry.path().filename().string())) return true;
  }
  return false;
}

// The folder itself, or the folders in it that have a journal.
std::vector<std::string> FindJournals(const std::string& path) {
  std::vector<std::string> folders;
  std::error_code error;
  if (!fs::is_directory(path, error)) return folders;
  if (IsJournal(path)) folders.push_back(path);
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator it(path, options, error), end;
       it != end && !error; it.increment(error)) {
    if (it->is_directory(error) && IsJournal(it->path())) {
      folders.push_back(it->path().string());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
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
  StoreChecker(std::string path, const StoreCheckProgress& progress)
      : path_(std::move(path)), progress_(progress) {}

  absl::StatusOr<std::vector<CheckedJournal>> Check() {
    const KnownEnds ends = KnownEnds::Read(path_);
    if (ends.is_store()) {
      SLUICE_RETURN_IF_ERROR(CheckAll(ends));
    } else {
      for (const std::string& folder : FindJournals(path_)) {
        SLUICE_RETURN_IF_ERROR(CheckOne(folder, {}));
      }
    }
    if (journals_.empty()) {
      return absl::NotFoundError(
          absl::StrCat(path_,
                       ": this folder has no journal; give the path in "
                       "store.path of sluice.yaml"));
    }
    return std::move(journals_);
  }

 private:
  absl::Status CheckAll(const KnownEnds& ends) {
    if (!ends.marks_fault().empty()) {
      journals_.push_back(Faulty(absl::StrCat(path_, "/", kMarksName),
                                 kControlPartition, ends.marks_fault()));
    }
    for (const uint16_t partition : ends.Journals()) {
      const std::string folder =
          absl::StrCat(path_, "/", JournalFolder(partition));
      const TailKnown known = ends.Of(partition);
      if (IsJournal(folder)) {
        SLUICE_RETURN_IF_ERROR(CheckOne(folder, known));
      } else if (known.durable) {
        journals_.push_back(
            Faulty(folder, partition,
                   absl::StrCat("the journal is missing; it was durable up to ",
                                ToString(known.durable->position))));
      } else if (partition == kControlPartition) {
        journals_.push_back(
            Faulty(folder, partition,
                   "the journal is missing: keys, parties, rule versions"));
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckOne(const std::string& folder, const TailKnown& known) {
    SLUICE_ASSIGN_OR_RETURN(
        const auto files,
        PosixJournalFiles::Open(folder, PosixJournalFiles::Access::kRead));
    CheckedJournal checked = {folder, {}};
    SLUICE_ASSIGN_OR_RETURN(checked.report,
                            CheckJournal(
                                *files,
                                [&](uint64_t done, uint64_t all) {
                                  if (progress_) progress_(folder, done, all);
                                },
                                known));
    journals_.push_back(std::move(checked));
    return absl::OkStatus();
  }

  const std::string path_;
  const StoreCheckProgress& progress_;
  std::vector<CheckedJournal> journals_;
};

}  // namespace

absl::StatusOr<std::vector<CheckedJournal>> CheckStore(
    const std::string& path, const StoreCheckProgress& progress) {
  return StoreChecker(path, progress).Check();
}

}  // namespace sluice::store
