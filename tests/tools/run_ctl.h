#pragma once

// Runs a command of sluicectl as a person would, without a process.

#include <algorithm>
#include <cstddef>
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

// Without a language: in Chinese, unless the arguments say otherwise. `width`:
// cells of the terminal; 0: no terminal.
inline Output RunAsIs(std::vector<std::string> arguments,
                      const std::string& input = "", size_t width = 0) {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  Context context = {in, out, err};
  context.width = width;
  Output output;
  output.code = Main(std::move(arguments), context);
  output.out = out.str();
  output.err = err.str();
  return output;
}

// For a person who reads English, unless the arguments say otherwise.
inline Output RunCtl(std::vector<std::string> arguments,
                     const std::string& input = "") {
  if (std::find(arguments.begin(), arguments.end(), "--language") ==
      arguments.end()) {
    arguments.insert(arguments.begin(), {"--language", "en"});
  }
  return RunAsIs(std::move(arguments), input);
}

}  // namespace sluice::ctl
