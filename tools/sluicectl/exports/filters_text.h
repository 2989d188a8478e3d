#pragma once

// What was asked for, as the cover of an export shows it.

#include <string>

#include "google/protobuf/message.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// "class COMMERCIAL; content provider shop": the fields of a request that are
// set, without times and pages. Of words that were searched for only how many,
// of numbers the plain digits. Empty: everything was asked for.
std::string FiltersText(const Context& context,
                        const google::protobuf::Message& request);

}  // namespace sluice::ctl
