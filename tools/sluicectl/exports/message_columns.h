#pragma once

// A message as a row: the columns that regulators ask for, in a fixed order.

#include <string>
#include <vector>

#include "sluice/admin/v1/audit.pb.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/exports/sheet.h"
#include "tools/sluicectl/party_names.h"

namespace sluice::ctl {

std::vector<SheetColumn> MessageColumns(const Context& context);

// The cells of a message, or of refusals that were counted instead of recorded.
std::vector<std::string> MessageCells(const Context& context,
                                      PartyNames& parties,
                                      const admin::v1::MessageRecord& message);
std::vector<std::string> RefusalsCells(
    const Context& context, PartyNames& parties,
    const admin::v1::RefusalsCounted& counted);

}  // namespace sluice::ctl
