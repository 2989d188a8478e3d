#pragma once

// The simulator's commands: one JSON object in each line of stdin.
//
//   {"mo":{"from":"13800138000","to":"106900001","text":"T"}}
//   {"mo":{"from":"13800138000","to":"106900001","hex":"cdcb","fmt":15}}
//     Msg_Content as it goes out; with "udhi":1 it has a user data header
//   {"drop":true}          closes every connection
//   {"silence":true}       takes and does not answer; {"silence":false} ends it
//   {"stats":true}         prints the counts as one line of JSON

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tools/carrier_sim/simulator.h"

namespace sluice::sim {

// Executes `line`; `print` gets the output. Do not call it on the simulator's
// thread.
// Errors: kInvalidArgument (no JSON object, or an unknown command).
absl::Status Obey(absl::string_view line, Simulator& simulator,
                  const std::function<void(const std::string&)>& print);

}  // namespace sluice::sim
