#include "tools/lib/command_line.h"

namespace sluice::tools {

std::optional<int> ParseCommandLine(CLI::App& app, int argc, char** argv) {
  app.set_version_flag("--version", VersionText(app.get_name()));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return std::nullopt;
}

std::string VersionText(const std::string& program) {
  return program + " " + SLUICE_VERSION;
}

}  // namespace sluice::tools
