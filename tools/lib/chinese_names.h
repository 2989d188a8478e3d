#pragma once

// The Chinese names of the API's enum values: those that people read, and
// others that files and flags may have. The one place for each enum.

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace sluice::tools {

// The short name of the value of `type` that people call `text`, such as
// "NOTICE" for 通知; empty: none.
absl::string_view EnglishName(const google::protobuf::EnumDescriptor& type,
                              absl::string_view text);

// The name that people read for the value of `type` with this short name, such
// as 待审 for "HELD"; empty: none.
absl::string_view ChineseName(const google::protobuf::EnumDescriptor& type,
                              absl::string_view english);

}  // namespace sluice::tools
