// sluicectl: the command line client. See tools/README.md.

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "google/protobuf/stubs/logging.h"
#include "tools/sluicectl/command.h"

int main(int argc, char** argv) {
  // Each error is reported once, in our own words; with GRPC_VERBOSITY=ERROR in
  // the environment gRPC logs too.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  google::protobuf::SetLogHandler(nullptr);
  sluice::ctl::Context context = {std::cin, std::cout, std::cerr};
  context.style = sluice::tools::Style::For(STDOUT_FILENO);
  const bool terminal = sluice::tools::IsTerminal(STDOUT_FILENO);
  context.width = terminal ? sluice::tools::TerminalWidth(STDOUT_FILENO) : 0;
  context.progress = sluice::tools::IsTerminal(STDERR_FILENO);
  return sluice::ctl::Main(std::vector<std::string>(argv + 1, argv + argc),
                           context);
}
