#pragma once

// The words that CLI11 puts into --help and into the faults of a command line,
// in Chinese. CLI11 has the English ones.

#include <memory>
#include <string>

namespace CLI {
class App;
class Error;
class FormatterBase;
}  // namespace CLI

namespace sluice::tools {

// Makes --help of `app`, which has no flags yet, Chinese. Call it for each
// subcommand.
void SpeakChinese(CLI::App& app);

// What is wrong with a command line, as CLI11's own text says it in English.
std::string ChineseFault(const CLI::Error& error);

}  // namespace sluice::tools
