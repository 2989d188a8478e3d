#pragma once

// The difference between two packs as tables and as JSON: `rules diff` shows it
// after the lines, `rules import` before a colleague approves.

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

// {"files":[...],"rules":{...},"thresholds":{...},"words":{...},"lists":[...]}.
tools::JsonLine SummaryJson(const std::vector<FileChange>& files,
                            const PackChanges& changes);

}  // namespace sluice::ctl
