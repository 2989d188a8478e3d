#pragma once

// The offline check of a whole store, as `sluicectl store check` runs it: every
// journal that is there, and every one that should be.

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "store/journal/journal_check.h"

namespace sluice::store {

struct CheckedJournal {
  std::string folder;  // Its path; that of a file for the file `durable`.
  JournalCheckReport report;
};

// Called with the folder and the bytes of its journal.
using StoreCheckProgress =
    std::function<void(const std::string& folder, uint64_t done, uint64_t all)>;

// Checks the journals of the store in `path`, or in a folder that is no store
// the copies of journals in it. Writes nothing; run it while no writer is at
// work. Damage is no error. Errors: kNotFound (no journal at all);
// kUnavailable.
absl::StatusOr<std::vector<CheckedJournal>> CheckStore(
    const std::string& path, const StoreCheckProgress& progress = {});

}  // namespace sluice::store
