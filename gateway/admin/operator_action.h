#pragma once

// A line of the operator log as the API shows it.

#include "gateway/control/key_holders.h"
#include "sluice/admin/v1/history.pb.h"
#include "sluice/store/v1/record.pb.h"

namespace sluice::gateway {

// `record` has an OperatorAction.
void ShowAction(const KeyHolders& holders, const store::v1::Record& record,
                admin::v1::OperatorAction& shown);

}  // namespace sluice::gateway
