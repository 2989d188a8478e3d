#pragma once

// One JSON object in one line, for what a command says that is no message of
// the API.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluice::ctl {

// "text" with what JSON wants escaped.
std::string JsonText(absl::string_view text);
// ["a","b"].
std::string JsonTexts(const std::vector<std::string>& texts);
// [{...},{...}] of finished values.
std::string JsonList(const std::vector<std::string>& values);

class JsonLine {
 public:
  JsonLine& Text(absl::string_view name, absl::string_view value);
  JsonLine& Count(absl::string_view name, uint64_t value);
  // In seconds, three decimals.
  JsonLine& Seconds(absl::string_view name, double value);
  JsonLine& Flag(absl::string_view name, bool value);
  // `json` is a finished value.
  JsonLine& Value(absl::string_view name, absl::string_view json);

  // Without the line's end.
  std::string End() const { return fields_ + "}"; }

 private:
  std::string fields_ = "{";
};

}  // namespace sluice::ctl
