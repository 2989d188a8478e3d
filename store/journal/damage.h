#pragma once

// Damage in a journal, told so that an operator can act on it: one form of
// error for every reader, and the alarm that counts and logs it.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rules/base/mutex.h"
#include "store/journal/position.h"
#include "store/journal/segment.h"

namespace sluice::store {

// kDataLoss with the journal, the place, what is wrong there and what to do.
// `what` never holds bytes of a record.
absl::Status DamageError(const JournalIdentity& journal, Position where,
                         absl::string_view what);

// Counts damaged places and logs each of them once, so that reading one again
// and again does not fill the log. Any thread.
class DamageAlarm {
 public:
  // `log` gets one line for each damaged place.
  explicit DamageAlarm(std::function<void(const std::string&)> log);

  // `damage` was found in `journal`; ignored unless it is kDataLoss.
  void Raise(const JournalIdentity& journal, const absl::Status& damage);

  // How many damaged places of a journal were found since the start: at most
  // kPlacesMax, which are already more than anyone reads.
  uint64_t Places(const JournalIdentity& journal) const;

  static constexpr size_t kPlacesMax = 1000;

 private:
  const std::function<void(const std::string&)> log_;
  mutable Mutex mutex_;
  // The errors logged, by partition.
  std::map<uint16_t, std::set<std::string>> places_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::store
