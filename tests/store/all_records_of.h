#pragma once

// The records about a number, and the events of its messages, as tests compare
// them.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rules/base/status_macros.h"
#include "store/store.h"

namespace sluice::store {

// A record as stored, and its reference.
struct FoundRecord {
  RecordRef ref;
  std::string bytes;  // A store::v1::Record.
};

// Newest first.
inline absl::StatusOr<std::vector<FoundRecord>> AllRecordsOf(const Store& store,
                                                             Phone recipient) {
  std::vector<FoundRecord> found;
  std::vector<RecordRef> messages;
  const auto keep = [&](RecordRef ref, const store::v1::Record& record) {
    found.push_back({ref, record.SerializeAsString()});
    if (record.has_decided()) messages.push_back(ref);
    return true;
  };
  SLUICE_RETURN_IF_ERROR(
      store.VisitOldestFirst(recipient, RecordRef(), kAllKinds, keep));
  const std::vector<RecordRef> decided = messages;
  SLUICE_RETURN_IF_ERROR(
      store.VisitEvents(store.PartitionOf(recipient), decided, keep));
  std::sort(
      found.begin(), found.end(),
      [](const FoundRecord& a, const FoundRecord& b) { return a.ref > b.ref; });
  return found;
}

}  // namespace sluice::store
