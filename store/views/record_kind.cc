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

uint64_t MessageOf(const store::v1::Record& record) {
  switch (record.body_case()) {
    case store::v1::Record::kHandedOver:
      return record.handed_over().message();
    case store::v1::Record::kGivenBack:
      return record.given_back().message();
    case store::v1::Record::kAnswered:
      return record.answered().message();
    case store::v1::Record::kReported:
      return record.reported().message();
    case store::v1::Record::kEnded:
      return record.ended().message();
    case store::v1::Record::kRedecided:
      return record.redecided().message();
    default:
      return 0;
  }
}

}  // namespace sluice::store
