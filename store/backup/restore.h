#pragma once

// Makes a store of a backup. The restored store goes on where the backup ends;
// what came after is lost, and others may know of it: message ids that were
// given out, heads that were signed. So the store records that it was restored,
// waiting messages end as UNKNOWN (they may have been sent), and new records
// begin some segments later, so that the same id never names two messages.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "store/backup/backup.h"
#include "store/backup/manifest.h"
#include "store/store_check.h"

namespace sluice::store {

struct RestoreOptions {
  std::string reason;  // For the control journal.
  // The store did not run after the backup, and will not: nothing is lost,
  // waiting messages are sent, and ids continue.
  bool moved = false;
  // Segments of each partition that are left out for ids of what is lost; none:
  // ten times what the store wrote on average in the time since the backup, and
  // 16 at least.
  std::optional<uint32_t> skip;
};

struct RestoreResult {
  BackupManifest manifest;
  StoreCheck check;  // Of the restored store.
  uint64_t damage = 0;
  uint64_t bytes = 0;
  int64_t newest_ms = 0;  // Of the newest record.
  uint32_t skipped = 0;   // Segments of each partition.
};

// Restores the backup in `folder` to the folder `to`, which must be empty or
// missing. Damage that the manifest names is no error; the check says it.
// Errors: kNotFound (no backup); kFailedPrecondition (`to` is not empty);
// kDataLoss (a file of the backup is not what it was, or the result has damage
// that the backup does not name, or another newest head: no start of sluiced
// takes `to` then); kResourceExhausted; kUnavailable.
absl::StatusOr<RestoreResult> RestoreStore(const std::string& folder,
                                           const std::string& to,
                                           const RestoreOptions& options,
                                           const BackupProgress& progress = {});

}  // namespace sluice::store
