#pragma once

// Reads a pack for the commands of `sluicectl rules`: from a folder, from a
// version in the server, or from the version in force.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/policy/policy.h"
#include "rules/base/language.h"
#include "rules/pack/pack_files.h"
#include "rules/rule_set.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

inline constexpr char kInForce[] = "in-force";

// The number of a version; 0 for kInForce; nullopt: `source` is a folder.
std::optional<uint32_t> VersionOf(absl::string_view source);

struct NamedPack {
  std::string name;  // For people: "version 4 (cn-2015@ruyim7k)", "./my-pack".
  rules::PackFiles files;
  // Of the server; empty for a folder.
  admin::v1::RuleVersion version;

  // The name in the language of who reads it.
  std::string NameIn(Language language) const;
};

// `source` as for VersionOf(). Errors: those of ReadPackFiles() and of the call
// Export.
absl::StatusOr<NamedPack> ReadNamedPack(const Context& context,
                                        const std::string& source);

// The files of a pack's folder; those that are not UTF-8 are decoded when
// `encoding` names one, as for rules::ParseEncoding(). Errors: those of
// ReadPackFiles(); kInvalidArgument (a file is not of the encoding).
absl::StatusOr<rules::PackFiles> ReadFolder(const std::string& folder,
                                            const std::string& encoding);

// Writes a pack into a new folder. Errors: those of WritePackFiles().
absl::Status WritePack(const rules::PackFiles& files,
                       const std::string& folder);

// Adds --encoding to a command that takes a pack's folder.
void AddPackEncoding(tools::CommandLine& command, std::string& encoding);

// A compiled pack.
struct CompiledPack {
  std::string name;
  std::shared_ptr<const rules::RuleSet> rules;
  std::shared_ptr<const filter::Policy> policy;
  double seconds = 0;  // For reading and compiling.
};

// Errors: kInvalidArgument, a line for each fault, with the path of its file.
absl::StatusOr<CompiledPack> CompileFolder(const std::string& folder);
// CompileFolder() for files that are not in `folder` yet, which need not exist.
absl::StatusOr<CompiledPack> CompileFiles(const rules::PackFiles& files,
                                          const std::string& folder);
// CompileFolder() for a source as for ReadNamedPack().
absl::StatusOr<CompiledPack> CompileNamedPack(const Context& context,
                                              const std::string& source);

}  // namespace sluice::ctl
