#pragma once

// The words that CLI11 puts into --help and into the faults of a command line,
// in Chinese. CLI11 has the English ones.

#include <string>

#include "absl/strings/string_view.h"
#include "rules/base/language.h"

namespace CLI {
class App;
class Error;
class FormatterBase;
}  // namespace CLI

namespace sluice::tools {

// Makes --help of `app`, which has no flags yet, Chinese. Call it for each
// subcommand.
void SpeakChinese(CLI::App& app);

// What stands for a value in --help: the name of an argument or of the value
// of a flag, FILE or NUMBER, in this language. A name that has no Chinese stays
// as it is; a test finds it.
std::string Placeholder(Language language, absl::string_view name);

// What is wrong with a command line, as CLI11's own text says it in English.
std::string ChineseFault(const CLI::Error& error);

}  // namespace sluice::tools
