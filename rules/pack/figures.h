#pragma once

// What the figures of a pack may be: for the fault of one that is no number at
// all, whose checks never see it.

#include <google/protobuf/descriptor.h>

#include "rules/base/language.h"
#include "rules/pack/yaml_tree.h"

namespace sluice::rules {

// The fault of `node`, which is no whole number that `field` can hold: its
// range, an example, and what is wrong with how it is written. `range` is that
// of its type, for a field of which nothing else is known.
Both FigureFault(const google::protobuf::FieldDescriptor& field,
                 const YamlNode& node, const Both& range);

}  // namespace sluice::rules
