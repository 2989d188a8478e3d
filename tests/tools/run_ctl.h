#pragma once

// Runs a command of sluicectl as a person would, without a process.

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tools/sluicectl/command.h"

namespace sluice::ctl {

struct Output {
  int code = 0;
  std::string out;
  std::string err;
};

inline Output RunCtl(std::vector<std::string> arguments,
                     const std::string& input = "") {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  Context context = {in, out, err};
  Output output;
  output.code = Main(std::move(arguments), context);
  output.out = out.str();
  output.err = err.str();
  return output;
}

}  // namespace sluice::ctl
