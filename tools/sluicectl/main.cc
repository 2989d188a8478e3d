// sluicectl: the command line client. See tools/README.md.

#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "tools/sluicectl/command.h"

int main(int argc, char** argv) {
  sluice::ctl::Context context = {std::cin, std::cout, std::cerr};
  context.style = sluice::tools::Style::For(STDOUT_FILENO);
  const bool terminal = sluice::tools::IsTerminal(STDOUT_FILENO);
  context.width = terminal ? sluice::tools::TerminalWidth(STDOUT_FILENO) : 0;
  context.progress = sluice::tools::IsTerminal(STDERR_FILENO);
  return sluice::ctl::Main(std::vector<std::string>(argv + 1, argv + argc),
                           context);
}
