#pragma once

// The Chinese words that files and flags may have for values of the API.

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace sluice::tools {

// The short name of the value of `type` that people call `text`, such as
// "NOTICE" for 通知; empty: none.
absl::string_view EnglishName(const google::protobuf::EnumDescriptor& type,
                              absl::string_view text);

}  // namespace sluice::tools
