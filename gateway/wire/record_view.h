#pragma once

// Journal records as the API shows them: with ids for numbers, sentences for
// codes, and the state of a message after its events.

#include <cstdint>
#include <memory>
#include <vector>

#include "filter/registry/registry.h"
#include "filter/sentence.h"
#include "rules/base/phone.h"
#include "sluice/admin/v1/audit.pb.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "sluice/v1/gateway.pb.h"
#include "store/journal/message_id.h"
#include "store/store.h"

namespace sluice::gateway {

// The state of a message after this verdict.
v1::MessageState StateOf(v1::Decision decision);

// The state of a message that was in `state`, after `record`; call it in the
// order of the journal. A state reported before the answer to the hand-over
// stays.
v1::MessageState StateAfter(v1::MessageState state,
                            const store::v1::Record& record);

// The API has the same numbers.
constexpr admin::v1::Carrier ShownCarrier(Carrier carrier) {
  return static_cast<admin::v1::Carrier>(carrier);
}
static_assert(ShownCarrier(Carrier::kUnknown) ==
              admin::v1::CARRIER_UNSPECIFIED);
static_assert(ShownCarrier(Carrier::kMobile) == admin::v1::CARRIER_MOBILE);
static_assert(ShownCarrier(Carrier::kUnicom) == admin::v1::CARRIER_UNICOM);
static_assert(ShownCarrier(Carrier::kTelecom) == admin::v1::CARRIER_TELECOM);
static_assert(ShownCarrier(Carrier::kBroadnet) == admin::v1::CARRIER_BROADNET);

// Shows records with the ids of the parties in `registry`, which is of a
// snapshot that the caller holds.
class RecordView {
 public:
  RecordView(const filter::Registry& registry, filter::Language language)
      : registry_(registry), language_(language) {}

  // A decision, in its first state and without events. `record` has a Decided.
  admin::v1::MessageRecord Message(const store::MessageId& id,
                                   const store::v1::Record& record) const;

  // The events in a record about an earlier message: one, or one for each part
  // if the carrier gave each part an id. None for other records.
  std::vector<admin::v1::MessageEvent> Events(
      const store::v1::Record& record) const;

  // `record` has a ReplyReceived.
  v1::Reply Reply(const store::MessageId& id,
                  const store::v1::Record& record) const;

  // `record` has an OptOutAdded.
  admin::v1::OptOut OptOut(const store::MessageId& id,
                           const store::v1::Record& record) const;

  // `record` has a RefusalsCounted.
  admin::v1::RefusalsCounted Refusals(const store::v1::Record& record) const;

  // Content provider, signature and classes of an opt-out.
  admin::v1::OptOutScope Scope(uint32_t content_provider, uint32_t signature,
                               uint32_t classes) const;

 private:
  const filter::Registry& registry_;
  const filter::Language language_;
};

// Shows the removal of an opt-out in its fields; `at_ms` is the record's time.
void ShowRemoval(const store::v1::OptOutRemoved& removed, int64_t at_ms,
                 admin::v1::OptOut& opt_out);

// Adds the events in `record`, which is about `message`, and updates its state.
void AddEvent(const RecordView& view, const store::v1::Record& record,
              admin::v1::MessageRecord& message);

}  // namespace sluice::gateway
