#pragma once

// The disks under a store: they outlive it, lose what was not synced when the
// power goes, and fail when they are told to.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "store/store.h"
#include "tests/fakes/failing_journal_file.h"
#include "tests/fakes/lossy_journal_file.h"

namespace sluice::store {

class Disks {
 public:
  explicit Disks(uint64_t seed) : seed_(seed) {}

  // Puts a store that is about to be opened on them. Faults end.
  void Carry(StoreOptions& options) {
    faults_.clear();
    options.open_files = [this](const std::string& folder)
        -> absl::StatusOr<std::unique_ptr<JournalFiles>> {
      auto& disk = disks_[folder];
      if (disk == nullptr) disk = std::make_unique<LossyJournalFiles>(seed_);
      auto files = std::make_unique<FailingJournalFiles>(*disk);
      faults_.push_back(files.get());
      return files;
    };
  }

  // Once the store is gone its disks have what was synced.
  void PowerCut() {
    for (auto& [folder, disk] : disks_) disk->Crash();
  }

  void FailNextSync() {
    for (auto& [folder, disk] : disks_) disk->FailNextSync();
  }

  // New and empty ones, when no store is on them.
  void Clear() { disks_.clear(); }

  // Of the control journal first, then of each partition. Valid until Carry().
  const std::vector<FailingJournalFiles*>& faults() const { return faults_; }

 private:
  const uint64_t seed_;
  std::map<std::string, std::unique_ptr<LossyJournalFiles>> disks_;
  std::vector<FailingJournalFiles*> faults_;
};

}  // namespace sluice::store
