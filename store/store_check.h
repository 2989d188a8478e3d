#pragma once

// The offline check of a whole store, as `sluicectl store check` runs it: every
// journal that is there, and every one that should be.

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "store/journal/journal_check.h"
#include "store/proofs/kept_head.h"
#include "store/signed_history.h"

namespace sluice::store {

struct CheckedJournal {
  std::string folder;  // Its path; that of a file for the file `durable`.
  JournalCheckReport report;
};

// A folder that could not be checked, and why.
struct UncheckedFolder {
  std::string folder;
  std::string why;
};

struct StoreCheck {
  std::vector<CheckedJournal> journals;
  std::vector<UncheckedFolder> unchecked;
  // The signed heads with which the journals were compared. What differs is
  // damage of a journal; what is wrong with the heads, of the control journal.
  SignedHistory history;
  // Records that came after the newest head: no head says what they were.
  uint64_t records_unsigned = 0;
  // Segments that retention reduced in a version that did not record what went.
  uint64_t reduced_unnamed = 0;
};

// Called with the folder and the bytes of its journal.
using StoreCheckProgress =
    std::function<void(const std::string& folder, uint64_t done, uint64_t all)>;

// Checks the journals of the store in `path`, or in a folder that is no store
// the copies of journals in it. `kept` are heads of the store that were kept
// elsewhere: the first of them that disagrees is named. Writes nothing; run it
// while no writer is at work. Damage is no error, and neither is a folder that
// cannot be read. Errors: kNotFound (no journal at all).
absl::StatusOr<StoreCheck> CheckStore(const std::string& path,
                                      const StoreCheckProgress& progress = {},
                                      const std::vector<KeptHead>& kept = {});

}  // namespace sluice::store
