#pragma once

// The imports of opt-outs: which there were, who made them, when they began.
// What an import recorded is in the journals, from its begin on: a correction
// of the import reads it there.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/base/mutex.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// Any thread. `store` must outlive it.
class ImportBook {
 public:
  // The newest imports are listed. An older one can still be corrected by its
  // id, which the journal has.
  static constexpr size_t kListedMax = 10'000;

  explicit ImportBook(store::Store& store) : store_(store) {}

  // Applies a record of the control journal; at start, in the journal's order.
  void Apply(const store::v1::Record& record);

  // Whether Begin() has nothing to journal. Does not wait.
  bool HasBegun(absl::string_view id) const;
  // Journals that the import begins, unless it has begun already: to be done
  // before its first opt-out is recorded. Errors: kUnavailable.
  absl::Status Begin(const std::string& id, const std::string& actor);

  // A place in the list, from 1 on in the order of the journal.
  using Place = uint64_t;
  struct Listed {
    Place place = 0;
    admin::v1::OptOutImport shown;
  };
  // The newest first, before `before` (0: from the newest).
  std::vector<Listed> List(Place before, size_t limit) const;

  // The time from which the partitions' journals have the import's opt-outs, as
  // Store::Seek() counts. Reads the control journal. Errors: kNotFound (no such
  // import), those of Store::ReadStanding.
  absl::StatusOr<int64_t> BeganMs(absl::string_view id) const;

 private:
  store::Store& store_;
  // Serialises Begin(), which waits for the disk. Locked before mutex_.
  Mutex beginning_;
  mutable Mutex mutex_;
  Place last_ SLUICE_GUARDED_BY(mutex_) = 0;
  std::map<Place, admin::v1::OptOutImport> imports_ SLUICE_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Place> places_ SLUICE_GUARDED_BY(mutex_);
};

// Errors: kInvalidArgument about the field import_id (more than 64 characters,
// or others than letters, digits, '.', '_' and '-').
absl::Status CheckImportId(absl::string_view id);
// "unnamed:20260302-cfq7yz1ygt": the id of what a key imports without an id on
// a day of the market: one for all its streams, so that a caller of many small
// ones leaves one record a day. `turn` 2 and more: "...-2", one more import of
// the same day.
std::string MakeImportId(int64_t now_ms, absl::string_view key_id, int turn);

}  // namespace sluice::gateway
