#pragma once

// The command line of every program: its flags, and the commands below it. The
// one place that knows CLI11, whose templates take seconds to compile in each
// file that reads them.

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace sluice::tools {

// A flag that was added, to say more about it. A value; borrows from its
// CommandLine.
class Flag {
 public:
  Flag Required() const;
  // --help shows the value that the variable has now.
  Flag ShowDefault() const;
  // The name of the value in --help, such as FILE.
  Flag TypeName(const std::string& name) const;
  Flag Hidden() const;

  Flag Positive() const;
  Flag NotNegative() const;
  // Both ends included.
  Flag Between(int low, int high) const;
  Flag Between(double low, double high) const;
  Flag OneOf(const std::vector<std::string>& values) const;

  // A list: how many values at least and at most.
  Flag Values(int low, int high) const;
  // A list: each value has its flag, so that none takes what stands behind it.
  Flag OneValueEach() const;

  Flag Needs(Flag other) const;
  Flag Excludes(Flag other) const;

 private:
  friend class CommandLine;
  explicit Flag(CLI::Option* option) : option_(option) {}
  CLI::Option* option_;
};

// The line of a program, or of one command below it. Variables that flags are
// tied to must outlive Parse().
class CommandLine {
 public:
  CommandLine(const std::string& program, const std::string& what);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // Ties a flag ("--limit"), or what stands by itself ("NUMBER"), to a
  // variable, which keeps its value when the line does not name it.
  Flag Add(const std::string& name, std::string& value,
           const std::string& help = "");
  Flag Add(const std::string& name, bool& value, const std::string& help = "");
  Flag Add(const std::string& name, int& value, const std::string& help = "");
  Flag Add(const std::string& name, uint16_t& value,
           const std::string& help = "");
  Flag Add(const std::string& name, uint32_t& value,
           const std::string& help = "");
  Flag Add(const std::string& name, uint64_t& value,
           const std::string& help = "");
  // Empty until the line names it.
  Flag Add(const std::string& name, std::optional<uint64_t>& value,
           const std::string& help = "");
  Flag Add(const std::string& name, double& value,
           const std::string& help = "");
  // "250ms", "2s".
  Flag Add(const std::string& name, absl::Duration& value,
           const std::string& help = "");
  Flag Add(const std::string& name, std::vector<std::string>& values,
           const std::string& help = "");

  // Adds --version, which --help lists behind the flags before it.
  void AddVersion();
  // What --help ends with.
  void Footer(const std::string& text);

  // A command below this one; its --help ends with the example. The result
  // lives as long as this.
  CommandLine& AddCommand(const std::string& name, const std::string& what,
                          const std::string& example);
  // One of the commands below must be named, and flags of this line may stand
  // behind it. Before these commands are added.
  void RequireCommand();
  // `chosen` is called when the line names this command and none below it.
  void OnChosen(std::function<void()> chosen);

  // Returns the exit code when there is nothing to do but leave: 0 after
  // --help and --version, 2 where the line makes no sense, which `err` tells.
  // `arguments` are without the program's name.
  std::optional<int> Parse(std::vector<std::string> arguments,
                           std::ostream& out, std::ostream& err);
  // For main(): tells on standard output and error.
  std::optional<int> Parse(int argc, char** argv);

  // After Parse(): the line names the flag.
  bool Given(const std::string& name) const;

 private:
  explicit CommandLine(CLI::App* app);

  std::unique_ptr<CLI::App> program_;  // Null for a command.
  CLI::App* const app_;
  std::vector<std::unique_ptr<CommandLine>> commands_;
};

}  // namespace sluice::tools
