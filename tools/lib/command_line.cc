#include "tools/lib/command_line.h"

#include <algorithm>
#include <iostream>
#include <ostream>
#include <utility>

#include "CLI/CLI.hpp"

namespace sluice::tools {
namespace {

// The subcommands of the last command named: "add, remove"; may be empty.
std::string CommandsHere(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  std::string names;
  for (const CLI::App* command :
       at->get_subcommands([](const CLI::App*) { return true; })) {
    names += (names.empty() ? "" : ", ") + command->get_name();
  }
  return names;
}

// The word that stands in place of a command but is none; may be empty.
std::string NoCommand(const CLI::App& app) {
  if (CommandsHere(app).empty()) return "";
  for (const std::string& word : app.remaining(true)) {
    if (!word.empty() && word[0] != '-') return word;
  }
  return "";
}

// Lists the commands when none was named, or an unknown one.
void TellCommands(const CLI::App& app, std::ostream& err) {
  const std::string names = CommandsHere(app);
  if (names.empty()) return;
  const std::string word = NoCommand(app);
  if (!word.empty()) err << "There is no command \"" << word << "\" here. ";
  err << "Commands: " << names << "\n";
}

}  // namespace

Flag Flag::Required() const { return Flag(option_->required()); }
Flag Flag::ShowDefault() const { return Flag(option_->capture_default_str()); }
Flag Flag::TypeName(const std::string& name) const {
  return Flag(option_->type_name(name));
}
Flag Flag::Hidden() const { return Flag(option_->group("")); }
Flag Flag::Positive() const {
  return Flag(option_->check(CLI::PositiveNumber));
}
Flag Flag::NotNegative() const {
  return Flag(option_->check(CLI::NonNegativeNumber));
}
Flag Flag::Between(int low, int high) const {
  return Flag(option_->check(CLI::Range(low, high)));
}
Flag Flag::Between(double low, double high) const {
  return Flag(option_->check(CLI::Range(low, high)));
}
Flag Flag::OneOf(const std::vector<std::string>& values) const {
  return Flag(option_->check(CLI::IsMember(values)));
}
Flag Flag::Values(int low, int high) const {
  return Flag(option_->expected(low, high));
}
Flag Flag::OneValueEach() const {
  return Flag(option_->allow_extra_args(false));
}
Flag Flag::Needs(Flag other) const {
  return Flag(option_->needs(other.option_));
}
Flag Flag::Excludes(Flag other) const {
  return Flag(option_->excludes(other.option_));
}

CommandLine::CommandLine(const std::string& program, const std::string& what)
    : program_(std::make_unique<CLI::App>(what, program)),
      app_(program_.get()) {}

CommandLine::CommandLine(CLI::App* app) : app_(app) {}

CommandLine::~CommandLine() = default;

Flag CommandLine::Add(const std::string& name, std::string& value,
                      const std::string& help) {
  return Flag(app_->add_option(name, value, help));
}
Flag CommandLine::Add(const std::string& name, bool& value,
                      const std::string& help) {
  return Flag(app_->add_flag(name, value, help));
}
Flag CommandLine::Add(const std::string& name, int& value,
                      const std::string& help) {
  return Flag(app_->add_option(name, value, help));
}
Flag CommandLine::Add(const std::string& name, uint16_t& value,
                      const std::string& help) {
  return Flag(app_->add_option(name, value, help));
}
Flag CommandLine::Add(const std::string& name, uint32_t& value,
                      const std::string& help) {
  return Flag(app_->add_option(name, value, help));
}
Flag CommandLine::Add(const std::string& name, uint64_t& value,
                      const std::string& help) {
  return Flag(app_->add_option(name, value, help));
}
Flag CommandLine::Add(const std::string& name, std::optional<uint64_t>& value,
                      const std::string& help) {
  return Flag(app_->add_option(name, value, help));
}
Flag CommandLine::Add(const std::string& name, double& value,
                      const std::string& help) {
  return Flag(app_->add_option(name, value, help));
}
Flag CommandLine::Add(const std::string& name, std::vector<std::string>& values,
                      const std::string& help) {
  return Flag(app_->add_option(name, values, help));
}

Flag CommandLine::Add(const std::string& name, absl::Duration& value,
                      const std::string& help) {
  const auto read = [&value, name](const std::string& text) {
    if (absl::ParseDuration(text, &value)) return;
    throw CLI::ValidationError(name, "is not a duration such as 250ms or 2s");
  };
  return Flag(app_->add_option_function<std::string>(name, read, help));
}

void CommandLine::AddVersion() {
  app_->set_version_flag("--version", app_->get_name() + " " + SLUICE_VERSION);
}

void CommandLine::Footer(const std::string& text) { app_->footer(text); }

CommandLine& CommandLine::AddCommand(const std::string& name,
                                     const std::string& what,
                                     const std::string& example) {
  CLI::App* const command = app_->add_subcommand(name, what);
  command->footer("Example:\n  " + example);
  commands_.push_back(std::unique_ptr<CommandLine>(new CommandLine(command)));
  return *commands_.back();
}

void CommandLine::RequireCommand() {
  app_->require_subcommand(1);
  app_->fallthrough();
}

void CommandLine::OnChosen(std::function<void()> chosen) {
  app_->callback([app = app_, chosen = std::move(chosen)] {
    // The callback of a subcommand, if one was named, has run already.
    if (app->get_subcommands().empty()) chosen();
  });
}

std::optional<int> CommandLine::Parse(std::vector<std::string> arguments,
                                      std::ostream& out, std::ostream& err) {
  try {
    // CLI11 expects the arguments in reverse order.
    std::reverse(arguments.begin(), arguments.end());
    app_->parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    // After an unknown command, --help is an error, not the help of its parent.
    if (NoCommand(*app_).empty()) {
      if (app_->exit(error, out, err) == 0) return 0;
    }
    TellCommands(*app_, err);
    return 2;
  }
  return std::nullopt;
}

std::optional<int> CommandLine::Parse(int argc, char** argv) {
  return Parse(std::vector<std::string>(argv + 1, argv + argc), std::cout,
               std::cerr);
}

bool CommandLine::Given(const std::string& name) const {
  return app_->count(name) > 0;
}

}  // namespace sluice::tools
