#pragma once

// The place of the rule packs that come with Sluice: share/sluice/packs beside
// the folder of the running program, wherever the tree was installed. A build
// folder has a link there to rules/packs.

#include <string>
#include <vector>

namespace sluice::rules {

// The folder of rule pack `pack`: a path when it has a slash, else a name among
// the shipped packs, or of a folder here when no shipped one has it. The folder
// need not exist.
std::string PackFolder(const std::string& pack);

// The names of the shipped packs, sorted.
std::vector<std::string> ShippedPacks();

}  // namespace sluice::rules
