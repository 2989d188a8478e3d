#pragma once

// The command line of every program: its flags and commands. Only its .cc, and
// command_words.cc, know CLI11, whose templates take seconds to compile in each
// file that includes them.

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "rules/base/language.h"
#include "tools/lib/help_text.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace sluice::tools {

// The numbers that a flag allows.
struct NumberRange;

// A flag of a CommandLine, for further settings. A value; the CommandLine must
// outlive it.
class Flag {
 public:
  Flag Required() const;
  // --help shows the variable's present value.
  Flag ShowDefault() const;
  // The name of the value in --help, such as FILE; in Chinese if that is the
  // language (Placeholder() in command_words.h).
  Flag TypeName(const std::string& name) const;
  // The variable of the environment that has the value when the flag is not
  // given; --help names it.
  Flag OrVariable(const std::string& name) const;
  Flag Hidden() const;

  // Of numbers only.
  Flag Positive() const;
  Flag NotNegative() const;
  // Both ends are allowed. Errors name the unit: "a number of seconds".
  Flag Between(int low, int high) const;
  Flag Between(double low, double high, const HelpText& unit = "") const;
  Flag OneOf(const std::vector<std::string>& values) const;

  // A list: the least and greatest number of values.
  Flag Values(int low, int high) const;
  // A list: the flag is repeated for each value, so that it takes no later
  // argument.
  Flag OneValueEach() const;

  Flag Needs(Flag other) const;
  Flag Excludes(Flag other) const;

 private:
  friend class CommandLine;
  Flag(CLI::Option* option, Language language,
       std::shared_ptr<NumberRange> range = nullptr);

  CLI::Option* option_;
  Language language_;                   // Of --help.
  std::shared_ptr<NumberRange> range_;  // Of a number; else null.
};

// The command line of a program, or of one command below it. Variables of flags
// must outlive Parse().
class CommandLine {
 public:
  // `language`: of --help and of the faults of a command line.
  CommandLine(const std::string& program, const HelpText& what,
              Language language = Language::kEnglish);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // Adds a flag ("--limit"), or a positional argument ("NUMBER"), for a
  // variable. The variable keeps its value when the flag is not given.
  Flag Add(const std::string& name, std::string& value,
           const HelpText& help = "");
  Flag Add(const std::string& name, bool& value, const HelpText& help = "");
  Flag Add(const std::string& name, int& value, const HelpText& help = "");
  Flag Add(const std::string& name, uint16_t& value, const HelpText& help = "");
  Flag Add(const std::string& name, uint32_t& value, const HelpText& help = "");
  Flag Add(const std::string& name, uint64_t& value, const HelpText& help = "");
  // The variable is empty unless the flag is given.
  Flag Add(const std::string& name, std::optional<uint64_t>& value,
           const HelpText& help = "");
  Flag Add(const std::string& name, double& value, const HelpText& help = "");
  // "250ms", "2s".
  Flag Add(const std::string& name, absl::Duration& value,
           const HelpText& help = "");
  Flag Add(const std::string& name, std::vector<std::string>& values,
           const HelpText& help = "");

  // Adds --version; --help lists it after the flags added before.
  void AddVersion();
  // The end of --help.
  void Footer(const HelpText& text);

  // Adds a subcommand; its --help ends with the example. The result lives as
  // long as this object.
  CommandLine& AddCommand(const std::string& name, const HelpText& what,
                          const HelpText& example);
  // A subcommand must be named, and flags of this command may follow it. Call
  // it before adding these subcommands.
  void RequireCommand();
  // Calls `chosen` when this command is named and none below it.
  void OnChosen(std::function<void()> chosen);

  // Returns the exit code when the program must end: 0 after --help and
  // --version; 2 for a wrong command line, with the reason in `err`.
  // `arguments` do not include the program's name.
  std::optional<int> Parse(std::vector<std::string> arguments,
                           std::ostream& out, std::ostream& err);
  // For main(): uses standard output and error.
  std::optional<int> Parse(int argc, char** argv);

  // After Parse(): whether the flag was given.
  bool Given(const std::string& name) const;
  // After Parse(): whether the command that was named last has the flag or
  // argument; those of the commands above it do not count.
  bool ChosenHas(const std::string& name) const;

 private:
  CommandLine(CLI::App* app, Language language);
  template <typename Number>
  Flag AddNumber(const std::string& name, Number& value, const HelpText& help,
                 std::shared_ptr<NumberRange> range);

  std::unique_ptr<CLI::App> program_;  // Null for a subcommand.
  CLI::App* const app_;
  const Language language_;
  std::vector<std::unique_ptr<CommandLine>> commands_;
};

}  // namespace sluice::tools
