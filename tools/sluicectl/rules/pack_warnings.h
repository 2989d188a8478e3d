#pragma once

// The warnings about a pack (rules/check/pack_warnings.h) as commands show
// them, and those that need the server: parties in scopes that the registry
// does not have.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/base/warnings.h"
#include "rules/pack/pack_files.h"
#include "rules/rule_set.h"
#include "tools/lib/json_line.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// Whether to compare the pack's scopes with the server's registry.
enum class AskRegistry : uint8_t {
  kNo,
  kYes,
  kIfItAnswers,  // What it does not answer is no error.
};

// Whether a pack has been refused, so that what only follows from its faults is
// no warning; to find them takes half a second.
enum class PackHas : uint8_t { kNoFaults, kFaults };

// The warnings about a pack, the files of `folder`. `compiled` is the pack
// compiled, or null: then no everyday text is tried.
// With the registry: a warning for every content provider, account, port and
// signature that a scope names and the registry does not have; calls the server
// only when there is such a scope. Errors: those of the call.
absl::StatusOr<rules::Warnings> WarningsOf(const Context& context,
                                           const rules::PackFiles& files,
                                           const std::string& folder,
                                           AskRegistry ask,
                                           const rules::RuleSet* compiled,
                                           PackHas has = PackHas::kNoFaults);

// A line for each: "warning ./my-pack/loans.txt:3:1: ..."; broken for a
// terminal.
void PrintWarnings(const Context& context,
                   const std::vector<std::string>& lines);
void PrintWarnings(const Context& context, const rules::Warnings& warnings);

// {"file", "line", "column", "what"} of a line "file:3:14: what"; of a line of
// another form only "what".
tools::JsonLine PlacedJson(absl::string_view line);
std::vector<tools::JsonLine> PlacedJson(const std::vector<std::string>& lines);
std::vector<tools::JsonLine> WarningsJson(const rules::Warnings& warnings);

}  // namespace sluice::ctl
