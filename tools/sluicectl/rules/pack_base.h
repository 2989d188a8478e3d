#pragma once

// Which version a pack's folder was made from, in a hidden file of the folder:
// `rules init`, `export` and `import` write it, and the next import tells the
// server, so that publishing the draft cannot undo other versions unnoticed.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "sluice/admin/v1/rule_version.pb.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// Warns on `context.err` if the folder cannot be written.
void NoteBase(const Context& context, const std::string& folder,
              const admin::v1::RuleVersion& version);

// Number of the version that the folder was made from; 0: the folder does not
// say so, or means a version of another server. Errors: kInvalidArgument (the
// file is damaged), those of GetVersion.
absl::StatusOr<uint32_t> ReadBase(const Context& context,
                                  const std::string& folder);

}  // namespace sluice::ctl
