#pragma once

// Texts of known class, read from files of lines `label<TAB>text`.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluice::evaluate {

struct LabelledText {
  std::string label;
  std::string text;
};

// Which rows of a file to read: the unseen part is kept aside while rules are
// written.
enum class Part : uint8_t { kAll, kSeen, kUnseen };

// Reads the rows of `path` that are in `part`. `encoding` as for
// tools::AsUtf8(). Errors: kNotFound; kInvalidArgument with file and line: no
// tab, an empty label, not UTF-8.
absl::StatusOr<std::vector<LabelledText>> ReadLabelledTexts(
    const std::string& path, Part part, absl::string_view encoding = "");

// Whether a text is in the unseen part: about one text in five, always the same
// ones. Texts that differ only in digits, width, case and blanks are in the
// same part.
bool IsUnseen(const std::string& text);

}  // namespace sluice::evaluate
