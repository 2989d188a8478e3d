#pragma once

// The result of a preview for people: which decisions change, by which rules
// and for whom, with samples.

#include <string>

#include "sluice/admin/v1/rules.pb.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// `before` and `after` name the compared versions; `seconds` is the duration of
// the preview.
void PrintPreview(const Context& context, const std::string& before,
                  const std::string& after,
                  const admin::v1::PreviewResult& result, double seconds);

}  // namespace sluice::ctl
