#include "gateway/admin/number_opt_outs.h"

#include <vector>

#include "gateway/wire/record_view.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// Most records of a number that are read.
constexpr size_t kRecordsMax = 200'000;

}  // namespace

absl::StatusOr<std::map<uint64_t, admin::v1::OptOut>> OptOutsOf(
    const store::Store& store, Phone recipient, filter::Language language) {
  SLUICE_ASSIGN_OR_RETURN(
      const std::vector<NumberRecord> records,
      ReadNumber(store, recipient, kRecordsMax,
                 [](const NumberRecord&) { return false; }));
  const store::SnapshotPtr snapshot = store.snapshot();
  const RecordView view(*snapshot->registry, language);
  const auto partition = static_cast<uint16_t>(store.PartitionOf(recipient));
  std::map<uint64_t, admin::v1::OptOut> by_record;
  for (const NumberRecord& found : records) {
    if (found.record.has_opt_out_added()) {
      by_record[found.ref.value()] =
          view.OptOut({partition, found.ref}, found.record);
    } else if (found.record.has_opt_out_removed()) {
      const store::v1::OptOutRemoved& removed = found.record.opt_out_removed();
      for (const uint64_t ref : removed.removed()) {
        const auto opt_out = by_record.find(ref);
        if (opt_out == by_record.end()) continue;
        SetTimestamp(found.record.at_ms(),
                     *opt_out->second.mutable_remove_time());
        opt_out->second.set_removal_proof(removed.proof());
      }
    }
  }
  return by_record;
}

}  // namespace sluice::gateway
