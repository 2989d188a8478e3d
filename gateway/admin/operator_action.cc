#include "gateway/admin/operator_action.h"

#include "gateway/wire/timestamp.h"
#include "rules/base/phone.h"

namespace sluice::gateway {

void ShowAction(const KeyHolders& holders, const store::v1::Record& record,
                admin::v1::OperatorAction& shown) {
  const store::v1::OperatorAction& action = record.operator_action();
  SetTimestamp(record.at_ms(), *shown.mutable_action_time());
  shown.set_actor(action.actor());
  shown.set_actor_person(holders.PersonOf(action.actor()));
  shown.set_method(action.method());
  shown.set_subject(action.subject());
  shown.set_reason(action.reason());
  if (record.recipient() != 0) {
    shown.set_recipient(ToE164(Phone{record.recipient()}));
  }
}

}  // namespace sluice::gateway
