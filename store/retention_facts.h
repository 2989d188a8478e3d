#pragma once

// What the control journal says about which records stay and which go. It is
// read once, and then from where the last reading ended: whoever removes
// records asks before each segment.

#include <cstdint>
#include <map>
#include <optional>

#include "absl/status/status.h"
#include "rules/base/mutex.h"
#include "store/journal/control_journal.h"
#include "store/kept_records.h"
#include "store/retention_rules.h"
#include "store/standing_records.h"

namespace sluice::store {

// Any thread.
class RetentionFacts {
 public:
  // Borrows both.
  RetentionFacts(StandingRecords& standing, const ControlJournal& control)
      : standing_(standing), control_(control) {}

  // Sets `kept` and `erasures` to what the durable records say; `legal_ms`
  // counts for relationships. Errors: kDataLoss, kUnavailable.
  absl::Status Read(int64_t now_ms, RetentionRules& rules);

 private:
  void Take(const v1::Record& record) SLUICE_REQUIRES(mutex_);
  absl::Status CatchUp() SLUICE_REQUIRES(mutex_);

  StandingRecords& standing_;
  const ControlJournal& control_;
  Mutex mutex_;
  // Where to read on; nullopt: nothing was read yet.
  std::optional<RecordRef> next_ SLUICE_GUARDED_BY(mutex_);
  KeptScopesReader kept_ SLUICE_GUARDED_BY(mutex_);
  std::map<uint32_t, Erasure> erasures_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::store
