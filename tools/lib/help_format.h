#pragma once

// Lays --help out so that each line fits a terminal of 80 cells, where a
// Chinese character takes two: CLI11 counts octets and breaks no line.

#include <string>

#include "CLI/CLI.hpp"

namespace sluice::tools {

class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_description(const CLI::App* app) const override;
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_option(const CLI::Option* option,
                          bool is_positional) const override;
  std::string make_subcommand(const CLI::App* command) const override;
  // The examples: a command goes on in a further line as a shell reads it.
  std::string make_footer(const CLI::App* app) const override;

 private:
  std::string TwoColumns(const std::string& left,
                         const std::string& right) const;
};

}  // namespace sluice::tools
