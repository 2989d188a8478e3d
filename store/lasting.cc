#include "store/lasting.h"

#include "sluice/store/v1/record.pb.h"
#include "store/record_body.h"

namespace sluice::store {

bool Lasts(absl::string_view record) {
  switch (BodyOf(record)) {
    case v1::Record::kOptOutAddedFieldNumber:
    case v1::Record::kOptOutRemovedFieldNumber:
    // Everything before it counts by it.
    case v1::Record::kClockTurnedBackFieldNumber:
    case 0:
      return true;
    // A reply that opted out or complained is the evidence of an opt-out.
    case v1::Record::kReplyFieldNumber: {
      v1::Record parsed;
      const bool is_record =
          parsed.ParseFromArray(record.data(), static_cast<int>(record.size()));
      return !is_record || parsed.reply().opted_out() ||
             parsed.reply().complaint();
    }
    default:
      return false;
  }
}

}  // namespace sluice::store
