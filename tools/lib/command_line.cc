#include "tools/lib/command_line.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <ostream>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/numeric/int128.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/base/check.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "tools/lib/command_words.h"
#include "tools/lib/help_format.h"
#include "tools/lib/wrap.h"

namespace sluice::tools {

struct NumberRange {
  // Of its faults.
  Language language = Language::kEnglish;
  bool whole = false;
  // Of the variable's type, of whole numbers.
  absl::int128 type_most = 0;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool above_zero = false;
  std::string unit;
};

namespace {

// As --help.
constexpr size_t kFaultWidth = 80;

template <typename Number>
std::shared_ptr<NumberRange> RangeOf(Language language) {
  auto range = std::make_shared<NumberRange>();
  range->language = language;
  if constexpr (std::numeric_limits<Number>::is_integer) {
    range->whole = true;
    range->type_most = std::numeric_limits<Number>::max();
    range->low = static_cast<double>(std::numeric_limits<Number>::min());
  }
  return range;
}

std::string BoundText(const NumberRange& range, double bound) {
  return range.whole ? absl::StrCat(static_cast<int64_t>(bound))
                     : absl::StrCat(bound);
}

// "from 1 to 1000"; may be empty.
std::string Bounds(const NumberRange& range) {
  if (range.above_zero) return Say(range.language, "大于 0", "above 0");
  if (std::isfinite(range.high)) {
    return Say(range.language, "$0 至 $1", "from $0 to $1",
               BoundText(range, range.low), BoundText(range, range.high));
  }
  return range.low == 0 ? Say(range.language, "不小于 0", "of 0 or above") : "";
}

// "a whole number from 1 to 1000".
std::string InWords(const NumberRange& range) {
  const std::string bounds = Bounds(range);
  if (range.language == Language::kChinese) {
    return absl::StrCat(range.whole ? "整数" : "数",
                        bounds.empty() ? "" : absl::StrCat("（", bounds, "）"),
                        range.unit.empty() ? "" : "，单位为", range.unit);
  }
  return absl::StrCat(range.whole ? "a whole number" : "a number",
                      range.unit.empty() ? "" : " of ", range.unit,
                      bounds.empty() ? "" : " ", bounds);
}

// The bounds follow the flag's type in --help.
void ShowBounds(CLI::Option& option, const NumberRange& range) {
  option.get_validator(0)->description(Bounds(range));
}

// What is wrong with the number in `text`; empty: nothing. Rewrites `text` so
// that CLI11 does not read 010 as an octal number.
std::string CheckNumber(const NumberRange& range, std::string& text) {
  const std::string shown =
      text.size() <= 24 ? absl::StrCat("\"", text, "\"") : "\"…\"";
  double value = 0;
  absl::int128 whole = 0;
  bool read = false;
  if (range.whole) {
    read = absl::SimpleAtoi(text, &whole);
    value = static_cast<double>(whole);
  } else {
    read = absl::SimpleAtod(text, &value) && std::isfinite(value);
  }
  const bool low = range.above_zero ? value <= 0 : value < range.low;
  if (!read || low || value > range.high) {
    return Say(range.language, "$0 不合要求，须为$1", "$0 is not $1", shown,
               InWords(range));
  }
  if (!range.whole) return "";
  if (whole > range.type_most) {
    return Say(range.language, "$0 过大", "$0 is too large", shown);
  }
  text = whole < 0 ? absl::StrCat(static_cast<int64_t>(whole))
                   : absl::StrCat(static_cast<uint64_t>(whole));
  return "";
}

// The long names of all flags that may stand here, without dashes.
std::vector<std::string> FlagsHere(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* at = &app;; at = at->get_subcommands().front()) {
    for (const CLI::Option* option : at->get_options()) {
      const auto& long_names = option->get_lnames();
      names.insert(names.end(), long_names.begin(), long_names.end());
    }
    if (at->get_subcommands().empty()) return names;
  }
}

// A line for each unknown flag, with the one that was probably meant.
std::string UnknownFlags(const CLI::App& app, Language language) {
  std::string lines;
  for (const std::string& word : app.remaining(true)) {
    if (!absl::StartsWith(word, "--") || word.size() == 2) continue;
    const std::string name = word.substr(2, word.find('=') - 2);
    const std::string nearest = rules::NearestOf(name, FlagsHere(app));
    absl::StrAppend(
        &lines, nearest.empty()
                    ? Say(language, "这里没有 --$0 这个选项。\n",
                          "There is no flag --$0 here.\n", name)
                    : Say(language, "这里没有 --$0 这个选项，是否应为 --$1？\n",
                          "There is no flag --$0 here; did you mean --$1?\n",
                          name, nearest));
  }
  return lines;
}

// An unknown flag explains the other faults: a value that is not expected, a
// flag that is missing.
std::string FaultText(const CLI::App* app, const CLI::Error& error,
                      Language language) {
  const std::string flags = UnknownFlags(*app, language);
  const absl::string_view more = language == Language::kEnglish
                                     ? "Run with --help for more information.\n"
                                     : "--help 显示用法。\n";
  if (!flags.empty() &&
      dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    return absl::StrCat(flags, more);
  }
  return language == Language::kEnglish
             ? flags + CLI::FailureMessage::simple(app, error)
             : absl::StrCat(flags, ChineseFault(error), "\n", more);
}

const CLI::App& LastNamed(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return *at;
}

// The subcommands of the last command named; may be none.
std::vector<std::string> CommandsHere(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command :
       LastNamed(app).get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
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
void TellCommands(const CLI::App& app, Language language, std::ostream& err) {
  const std::vector<std::string> names = CommandsHere(app);
  if (names.empty()) return;
  const std::string word = NoCommand(app);
  const std::string nearest = rules::NearestOf(word, names);
  std::string lead;
  if (!word.empty() && !nearest.empty()) {
    lead = Say(language, "这里没有“$0”这个子命令，是否应为 $1？",
               "There is no command \"$0\" here; did you mean $1? ", word,
               nearest);
  } else if (!word.empty()) {
    lead = Say(language, "这里没有“$0”这个子命令。",
               "There is no command \"$0\" here. ", word);
  }
  err << WrapLines(lead + Say(language, "子命令有：$0", "Commands: $0",
                              absl::StrJoin(names, ", ")),
                   kFaultWidth)
      << "\n";
}

}  // namespace

Flag::Flag(CLI::Option* option, Language language,
           std::shared_ptr<NumberRange> range)
    : option_(option), language_(language), range_(std::move(range)) {
  if (option_->get_items_expected_max() == 0) return;  // It takes no value.
  // The name of an argument says what it is; a number's bounds follow its type.
  const bool text = range_ == nullptr;
  option_->type_name(text && !option_->nonpositional()
                         ? ""
                         : Placeholder(language, option_->get_type_name()));
}
Flag Flag::Required() const {
  option_->required();
  return *this;
}
Flag Flag::ShowDefault() const {
  option_->capture_default_str();
  return *this;
}
Flag Flag::TypeName(const std::string& name) const {
  option_->type_name(Placeholder(language_, name));
  return *this;
}
Flag Flag::OrVariable(const std::string& name) const {
  option_->envname(name);
  return *this;
}
Flag Flag::Hidden() const {
  option_->group("");
  return *this;
}
Flag Flag::Positive() const {
  SLUICE_CHECK(range_ != nullptr);
  range_->above_zero = true;
  ShowBounds(*option_, *range_);
  return *this;
}
Flag Flag::NotNegative() const {
  SLUICE_CHECK(range_ != nullptr);
  range_->low = 0;
  ShowBounds(*option_, *range_);
  return *this;
}
Flag Flag::Between(int low, int high) const {
  return Between(static_cast<double>(low), static_cast<double>(high));
}
Flag Flag::Between(double low, double high, const HelpText& unit) const {
  SLUICE_CHECK(range_ != nullptr);
  range_->low = low;
  range_->high = high;
  range_->unit = unit.in(range_->language);
  ShowBounds(*option_, *range_);
  return *this;
}
Flag Flag::OneOf(const std::vector<std::string>& values) const {
  option_->check(CLI::IsMember(values));
  return *this;
}
Flag Flag::Values(int low, int high) const {
  option_->expected(low, high);
  return *this;
}
Flag Flag::OneValueEach() const {
  option_->allow_extra_args(false);
  return *this;
}
Flag Flag::Needs(Flag other) const {
  option_->needs(other.option_);
  return *this;
}
Flag Flag::Excludes(Flag other) const {
  option_->excludes(other.option_);
  return *this;
}

CommandLine::CommandLine(const std::string& program, const HelpText& what,
                         Language language)
    : program_(std::make_unique<CLI::App>(what.in(language), program)),
      app_(program_.get()),
      language_(language) {
  app_->formatter(std::make_shared<HelpFormatter>());
  if (language == Language::kChinese) SpeakChinese(*app_);
  app_->failure_message(
      [language](const CLI::App* app, const CLI::Error& error) {
        return FaultText(app, error, language);
      });
}

CommandLine::CommandLine(CLI::App* app, Language language)
    : app_(app), language_(language) {}

CommandLine::~CommandLine() = default;

template <typename Number>
Flag CommandLine::AddNumber(const std::string& name, Number& value,
                            const HelpText& help,
                            std::shared_ptr<NumberRange> range) {
  const auto check = [range](std::string& text) {
    return CheckNumber(*range, text);
  };
  CLI::Option* const option = app_->add_option(name, value, help.in(language_));
  option->transform(CLI::Validator(check, ""));
  return Flag(option, language_, std::move(range));
}

Flag CommandLine::Add(const std::string& name, std::string& value,
                      const HelpText& help) {
  return Flag(app_->add_option(name, value, help.in(language_)), language_);
}
Flag CommandLine::Add(const std::string& name, bool& value,
                      const HelpText& help) {
  return Flag(app_->add_flag(name, value, help.in(language_)), language_);
}
Flag CommandLine::Add(const std::string& name, int& value,
                      const HelpText& help) {
  return AddNumber(name, value, help, RangeOf<int>(language_));
}
Flag CommandLine::Add(const std::string& name, uint16_t& value,
                      const HelpText& help) {
  return AddNumber(name, value, help, RangeOf<uint16_t>(language_));
}
Flag CommandLine::Add(const std::string& name, uint32_t& value,
                      const HelpText& help) {
  return AddNumber(name, value, help, RangeOf<uint32_t>(language_));
}
Flag CommandLine::Add(const std::string& name, uint64_t& value,
                      const HelpText& help) {
  return AddNumber(name, value, help, RangeOf<uint64_t>(language_));
}
Flag CommandLine::Add(const std::string& name, std::optional<uint64_t>& value,
                      const HelpText& help) {
  return AddNumber(name, value, help, RangeOf<uint64_t>(language_));
}
Flag CommandLine::Add(const std::string& name, double& value,
                      const HelpText& help) {
  return AddNumber(name, value, help, RangeOf<double>(language_));
}
Flag CommandLine::Add(const std::string& name, std::vector<std::string>& values,
                      const HelpText& help) {
  return Flag(app_->add_option(name, values, help.in(language_)), language_);
}

Flag CommandLine::Add(const std::string& name, absl::Duration& value,
                      const HelpText& help) {
  const auto read = [&value, name,
                     language = language_](const std::string& text) {
    if (absl::ParseDuration(text, &value)) return;
    throw CLI::ValidationError(
        name, Say(language, "“$0”不是时长，时长如 250ms、2s",
                  "\"$0\" is not a duration such as 250ms or 2s", text));
  };
  return Flag(
      app_->add_option_function<std::string>(name, read, help.in(language_)),
      language_);
}

void CommandLine::AddVersion() {
  CLI::Option* const version = app_->set_version_flag(
      "--version", app_->get_name() + " " + SLUICE_VERSION);
  if (language_ == Language::kChinese) version->description("显示版本并退出");
}

void CommandLine::Footer(const HelpText& text) {
  app_->footer(text.in(language_));
}

CommandLine& CommandLine::AddCommand(const std::string& name,
                                     const HelpText& what,
                                     const HelpText& example) {
  CLI::App* const command = app_->add_subcommand(name, what.in(language_));
  if (language_ == Language::kChinese) SpeakChinese(*command);
  command->footer(absl::StrCat(Say(language_, "示例：", "Example:"), "\n  ",
                               example.in(language_)));
  commands_.push_back(
      std::unique_ptr<CommandLine>(new CommandLine(command, language_)));
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
    TellCommands(*app_, language_, err);
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

bool CommandLine::ChosenHas(const std::string& name) const {
  return LastNamed(*app_).get_option_no_throw(name) != nullptr;
}

}  // namespace sluice::tools
