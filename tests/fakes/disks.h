#pragma once

// The disks under a store: they outlive the store, lose unsynced writes at a
// power cut, and fail on demand.

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

  // Puts a store that is about to be opened on these disks. Ends all faults.
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

  // Call it when the store is closed: the disks keep only what was synced.
  void PowerCut() {
    for (auto& [folder, disk] : disks_) disk->Crash();
  }

  void FailNextSync() {
    for (auto& [folder, disk] : disks_) disk->FailNextSync();
  }

  // Replaces the disks by empty ones, while no store is on them.
  void Clear() { disks_.clear(); }

  // The faults of the control journal first, then of each partition. Valid
  // until Carry().
  const std::vector<FailingJournalFiles*>& faults() const { return faults_; }

 private:
  const uint64_t seed_;
  std::map<std::string, std::unique_ptr<LossyJournalFiles>> disks_;
  std::vector<FailingJournalFiles*> faults_;
};

}  // namespace sluice::store
