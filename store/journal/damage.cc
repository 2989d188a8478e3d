#include "store/journal/damage.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace sluice::store {

absl::Status DamageError(const JournalIdentity& journal, Position where,
                         absl::string_view what) {
  return absl::DataLossError(absl::StrCat(
      "journal of ", NameOf(journal), " damaged at ", ToString(where), ": ",
      what, "; stop sluiced and restore ", SegmentName(where.segment()),
      " from a copy; `sluicectl store check` lists all damage"));
}

DamageAlarm::DamageAlarm(std::function<void(const std::string&)> log)
    : log_(std::move(log)) {}

void DamageAlarm::Raise(const JournalIdentity& journal,
                        const absl::Status& damage) {
  if (!absl::IsDataLoss(damage)) return;
  {
    MutexLock lock(mutex_);
    std::set<std::string>& places = places_[journal.partition];
    if (places.size() >= kPlacesMax) return;
    if (!places.emplace(damage.message()).second) return;
  }
  log_(std::string(damage.message()));
}

uint64_t DamageAlarm::Places(const JournalIdentity& journal) const {
  MutexLock lock(mutex_);
  const auto found = places_.find(journal.partition);
  return found == places_.end() ? 0 : found->second.size();
}

}  // namespace sluice::store
