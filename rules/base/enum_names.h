#pragma once

// Names of protobuf enum values as people read and write them: without the
// enum's name, which protobuf's style guide puts before each value.

#include <google/protobuf/descriptor.h>

#include "absl/strings/string_view.h"

namespace sluice {

// "COMMERCIAL" for MESSAGE_CLASS_COMMERCIAL of MessageClass; the whole name for
// a value without the prefix. Valid as long as the value's descriptor.
absl::string_view ShortName(const google::protobuf::EnumValueDescriptor& value);

}  // namespace sluice
