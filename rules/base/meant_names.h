#pragma once

// What people write for the names that files know: the Chinese of a name, and
// the words that other products have for the same.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// Of `allowed`, the name that is meant by `written`: "commercial" by 营销,
// "recipient" by phone. Empty: not known.
std::string MeantName(absl::string_view written,
                      const std::vector<std::string>& allowed);

}  // namespace sluice::rules
