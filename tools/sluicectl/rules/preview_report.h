#pragma once

// The result of a preview for people: which decisions change, by which rules,
// for whom, and what that looks like.

#include <string>

#include "sluice/admin/v1/rules.pb.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// `before` and `after` name the versions that were compared; `seconds` is how
// long it took.
void PrintPreview(const Context& context, const std::string& before,
                  const std::string& after,
                  const admin::v1::PreviewResult& result, double seconds);

}  // namespace sluice::ctl
