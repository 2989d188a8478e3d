#pragma once

// The warnings about a pack (rules/check/pack_warnings.h) as commands show
// them, those that need the server, of parties in scopes that the registry does
// not have, and what the pack gives up of the shipped one (rules/compare).

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/base/warnings.h"
#include "rules/compare/weaker.h"
#include "rules/pack/pack_files.h"
#include "rules/rule_set.h"
#include "tools/lib/json_line.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/rules/pack_source.h"

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

struct PackWarnings {
  rules::Warnings odd;
  rules::Weaker weaker;
  rules::Weaker weaker_now;  // Than the version in force; see GivenUpOf().

  bool empty() const { return size() == 0; }
  size_t size() const { return odd.size() + weaker.size(); }
};

// What the pack of `files` gives up of `before`, such as the one in force;
// nothing where one of the two cannot be read. Lines name the files as if they
// were in `folder`.
rules::Weaker GivenUpOf(const Context& context, const NamedPack& before,
                        const rules::PackFiles& files,
                        const std::string& folder);

// The warnings about a pack, the files of `folder`.
// `compiled` is the pack compiled, or null: then no text is tried.
// With the registry: a warning for every content provider, account, port and
// signature that a scope names and the registry does not have; calls the server
// only when there is such a scope. Errors: those of the call.
absl::StatusOr<PackWarnings> WarningsOf(const Context& context,
                                        const rules::PackFiles& files,
                                        const std::string& folder,
                                        AskRegistry ask,
                                        const rules::RuleSet* compiled,
                                        PackHas has = PackHas::kNoFaults);

// The same as lines: "./my-pack/loans.txt:3:1: ...".
struct WarningLines {
  std::vector<std::string> odd;
  std::string than;  // The shipped pack.
  std::string head;  // Of what it gives up.
  std::vector<std::string> weaker;
  // The same of the version in force.
  std::string than_now;
  std::string head_now;
  std::vector<std::string> weaker_now;
};
// In the language of `context`; in English for JSON.
WarningLines LinesOf(const Context& context, const PackWarnings& warnings);
// Only those about the file at `path`.
WarningLines OfFile(const std::string& path, WarningLines lines);

// How much of what a pack gives up of the shipped one is shown: a copy of an
// older release differs in most files.
enum class ShowWeaker : uint8_t {
  kFirst,  // Of many the first ones, and how many there are.
  kAll,
};

// A line for each: "warning ./my-pack/loans.txt:3:1: ..."; broken for a
// terminal. What the pack gives up stands apart, below its head.
void PrintWarnings(const Context& context, const WarningLines& lines,
                   ShowWeaker show = ShowWeaker::kFirst);

// {"file", "line", "column", "what"} of a line "file:3:14: what"; of a line of
// another form only "what".
tools::JsonLine PlacedJson(absl::string_view line);
// Adds "warnings"; "weaker_than" and "weaker" when there is a shipped pack to
// compare with, from which this one differs; "weaker_than_in_force" and
// "weaker_now" when it was compared with the version in force.
tools::JsonLine& AddWarnings(const WarningLines& lines, tools::JsonLine& json);

}  // namespace sluice::ctl
