#include "gateway/admin/number_opt_outs.h"

#include <limits>
#include <utility>

#include "gateway/wire/record_view.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

using OptOuts = std::map<uint64_t, admin::v1::OptOut>;

using Over = std::function<void(admin::v1::OptOut)>;

// Opt-outs that are reversed go to `over`, or stay without it.
absl::StatusOr<OptOuts> Read(const store::Store& store, Phone recipient,
                             uint64_t after, size_t limit, const Over* over,
                             filter::Language language, const StopAsked& stop) {
  const store::SnapshotPtr snapshot = store.snapshot();
  const RecordView view(*snapshot->registry, language);
  const auto partition = static_cast<uint16_t>(store.PartitionOf(recipient));
  OptOuts found;
  const auto reverse = [&](const store::v1::Record& record) {
    const store::v1::OptOutRemoved& removed = record.opt_out_removed();
    for (const uint64_t ref : removed.removed()) {
      const auto opt_out = found.find(ref);
      if (opt_out == found.end()) continue;
      ShowRemoval(removed, record.at_ms(), opt_out->second);
      if (over == nullptr) continue;
      if (*over) (*over)(std::move(opt_out->second));
      found.erase(opt_out);
    }
  };
  SLUICE_RETURN_IF_ERROR(store.VisitOldestFirst(
      recipient, store::RecordRef::FromValue(after + 1),
      MaskOf(store::RecordKind::kOptOut),
      [&](store::RecordRef ref, const store::v1::Record& record) {
        if (record.has_opt_out_added() && found.size() < limit) {
          found[ref.value()] = view.OptOut({partition, ref}, record);
        } else if (record.has_opt_out_removed()) {
          reverse(record);
        }
        return true;
      },
      stop));
  return found;
}

}  // namespace

absl::StatusOr<OptOuts> OptOutsOf(const store::Store& store, Phone recipient,
                                  uint64_t after, size_t limit,
                                  filter::Language language,
                                  const StopAsked& stop) {
  return Read(store, recipient, after, limit, nullptr, language, stop);
}

absl::StatusOr<OptOuts> OptOutsInForce(const store::Store& store,
                                       Phone recipient,
                                       filter::Language language,
                                       const StopAsked& stop,
                                       const Over& over) {
  return Read(store, recipient, 0, std::numeric_limits<size_t>::max(), &over,
              language, stop);
}

}  // namespace sluice::gateway
