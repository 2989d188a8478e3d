#pragma once

// The simulator's stdin: one JSON object a line tells it what to do.
//
//   {"mo":{"from":"13800138000","to":"106900001","text":"T"}}
//   {"mo":{"from":"13800138000","to":"106900001","hex":"cdcb","fmt":15}}
//   {"drop":true}          breaks off every connection
//   {"silence":true}       takes without a word; {"silence":false} ends it
//   {"stats":true}         prints the counts as one line of JSON

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tools/carrier_sim/simulator.h"

namespace sluice::sim {

// Does what `line` says; `print` gets what is to be printed. Not from the
// simulator's thread.
// Errors: kInvalidArgument (no JSON object, or an unknown command).
absl::Status Obey(absl::string_view line, Simulator& simulator,
                  const std::function<void(const std::string&)>& print);

}  // namespace sluice::sim
