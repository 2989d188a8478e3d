#include "gateway/wire/journal_place.h"

#include "rules/base/error_reason.h"

namespace sluice::gateway {

absl::Status CheckPlace(const store::Store& store, int partition,
                        store::RecordRef place, absl::string_view field) {
  const auto none = [field] {
    return InvalidField(field,
                        "no records of this store begin where it continues: it "
                        "is made up or from another store; begin again without "
                        "it");
  };
  const store::RecordRef end = store.DurableEnd(partition);
  // A place behind the end would wait there until records grow past it.
  if (place.position() > end.position()) return none();
  const absl::Status read =
      store
          .Scan(partition, place,
                [](store::RecordRef, absl::string_view) { return false; })
          .status();
  if (absl::IsInvalidArgument(read)) return none();
  return absl::IsOutOfRange(read) ? WithField(read, field) : read;
}

}  // namespace sluice::gateway
