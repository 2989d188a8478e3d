#include "store/views/record_kind.h"

namespace sluice::store {

RecordKind KindOf(const store::v1::Record& record) {
  switch (record.body_case()) {
    case store::v1::Record::kHandedOver:
    case store::v1::Record::kAnswered:
    case store::v1::Record::kReported:
    case store::v1::Record::kEnded:
    case store::v1::Record::kGivenBack:
    case store::v1::Record::kRedecided:
      return RecordKind::kEvent;
    case store::v1::Record::kOptOutAdded:
    case store::v1::Record::kOptOutRemoved:
      return RecordKind::kOptOut;
    default:
      return RecordKind::kFirst;
  }
}

}  // namespace sluice::store
