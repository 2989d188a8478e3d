#pragma once

// The shipped pack that a folder is compared with.

#include <optional>
#include <string>

#include "rules/pack/pack.h"
#include "rules/pack/pack_files.h"

namespace sluice::rules {

struct ShippedPack {
  std::string name;
  Pack pack;  // With its defaults set.
};

// The one of the same name as `own`, which was read from `files`; else the
// first one for a country of it. None: no pack is shipped with this program,
// none is for these countries, or it is the very same.
std::optional<ShippedPack> FindShipped(const Pack& own, const PackFiles& files);

}  // namespace sluice::rules
