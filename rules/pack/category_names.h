#pragma once

// How people call the categories of the shipped packs.

#include "absl/strings/string_view.h"

namespace sluice::rules {

// The id of the category that `name` means in Chinese, such as gambling of
// 赌博; empty: no category is known by it.
absl::string_view CategoryCalled(absl::string_view name);

}  // namespace sluice::rules
