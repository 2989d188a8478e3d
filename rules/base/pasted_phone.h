#pragma once

// Numbers as people paste them into a look-up or a form: from a chat, a
// spreadsheet, a letter. Apart from phone.h, because what senders submit is
// read strictly.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/base/phone.h"

namespace sluice {

// As ParsePhone() reads it, after this:
//   - decimal digits of any script, and + of any width, become ASCII;
//   - white space, dashes, brackets, dots, quotation marks and invisible
//     characters (direction marks, zero width) go;
//   - what stands before the first digit or + up to a colon is a label and
//     goes: "手机号：", "Tel:".
// Errors: those of ParsePhone(); kInvalidArgument, naming a character that
// stands in no number.
absl::StatusOr<Phone> ParsePastedPhone(absl::string_view text);

// `text` after these steps, also when that is no number: a short number, a
// name. Other characters stay as they are.
std::string PlainNumber(absl::string_view text);

}  // namespace sluice
