#pragma once

// The difference between two packs as tables and as JSON: `rules diff` shows it
// after the lines, `rules import` before a colleague approves.

#include <cstddef>
#include <string>
#include <vector>

#include "tools/lib/json_line.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/rules/pack_changes.h"

namespace sluice::ctl {

// A table of the files with their lines, a table of rules, thresholds and
// words, and the ids of those that differ.
void PrintSummary(const Context& context, const std::vector<FileChange>& files,
                  const PackChanges& changes);

// The changed lines of a file, below its names in both packs.
void PrintFile(const Context& context, const FileChange& file,
               const std::string& before, const std::string& after);
// The changed lines of what the rules say, the YAML files, and not of lists of
// words, which can be thousands; at most `changes_max` places of each file.
// Returns whether some were left out.
bool PrintRuleLines(const Context& context,
                    const std::vector<FileChange>& files,
                    const std::string& before, const std::string& after,
                    size_t changes_max);

// {"files":[...],"rules":{...},"thresholds":{...},"words":{...},"lists":[...]}.
tools::JsonLine SummaryJson(const std::vector<FileChange>& files,
                            const PackChanges& changes);

}  // namespace sluice::ctl
