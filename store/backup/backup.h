#pragma once

// Backs up a store, also while sluiced has it open. What did not change since
// the last backup into the same folder is not copied again: closed segments
// change only when retention reduces them. Each segment is checked as it is
// copied, as `sluicectl store check` does.

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "store/backup/manifest.h"

namespace sluice::store {

struct BackupOptions {
  // The file with the private key that signs heads; empty: not copied.
  std::string signing_key;
  // Reads what earlier runs copied, and copies again what has changed.
  bool verify = false;
  // How fast to copy, so that a running sluiced has the disk; 0: no limit.
  uint64_t bytes_per_second = 0;
};

struct BackupResult {
  BackupManifest manifest;
  uint64_t bytes_copied = 0;
  uint64_t bytes_there = 0;  // From earlier runs.
  uint64_t files_copied = 0;
  uint64_t files_there = 0;
};

// Called with bytes that are done, copied or there, and bytes in all.
using BackupProgress = std::function<void(uint64_t done, uint64_t all)>;

// Everything acknowledged before the call is in the backup in `folder`, which
// is made if it is missing. Damage of the store is no error: the manifest lists
// it, and a whole copy from an earlier run stays. After an error the backup
// that `folder` had is as it was, and the next run goes on.
// Errors: kNotFound (no store); kInvalidArgument (a folder that is no place for
// a backup of it); kFailedPrecondition (the backup of another store, or another
// run is at work); kDataLoss (the store does not say how far it is durable);
// kResourceExhausted (no room); kUnavailable.
absl::StatusOr<BackupResult> BackUpStore(const std::string& store,
                                         const std::string& folder,
                                         const BackupOptions& options,
                                         const BackupProgress& progress = {});

// Reads the manifest of the backup in `folder`.
// Errors: kNotFound (no backup, or none that has ended); kDataLoss;
// kUnavailable.
absl::StatusOr<BackupManifest> ReadManifest(const std::string& folder);

}  // namespace sluice::store
