#pragma once

// A rule pack for load: many words and regexes that clean texts do not hit, and
// three limits for every notice.

#include <cstddef>
#include <string>

#include "absl/status/status.h"

namespace sluice::bench {

struct PackSize {
  size_t words = 10'000;
  size_t regexes = 500;
};

// Writes the pack into the existing empty folder `path`, with a copy of
// articles.yaml from the pack `articles_from`. Errors: kUnavailable.
absl::Status WriteBenchPack(const std::string& path, const PackSize& size,
                            const std::string& articles_from);

}  // namespace sluice::bench
