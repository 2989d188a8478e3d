#pragma once

// What is wrong before the place where a YAML parser stops: a bracket that
// nothing closes, marks that a merge of two versions left.

#include <optional>

#include "absl/strings/string_view.h"
#include "rules/base/language.h"
#include "rules/base/position.h"

namespace sluice::rules {

struct YamlStop {
  Position position;
  Both what;
};

// Of `content`, a parser of which stopped at `stop`; nullopt: nothing before it
// is seen to be wrong.
std::optional<YamlStop> FindYamlStop(absl::string_view content, Position stop);

}  // namespace sluice::rules
