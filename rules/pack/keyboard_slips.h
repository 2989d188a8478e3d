#pragma once

// What a Chinese keyboard types where YAML wants a character of ASCII: ： for
// :, ， for a comma, a wide space for a blank. To YAML they are letters, so its
// own errors are about something else, often in a later line.

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "rules/base/language.h"
#include "rules/base/position.h"

namespace sluice::rules {

struct KeyboardSlip {
  size_t offset = 0;  // In bytes.
  // "'：' is a full-width colon: type :".
  Both what;
};

// The first character of `text` that is such a slip; nullopt: there is none.
// For texts that may not have it: ids, numbers, keys.
std::optional<KeyboardSlip> FindKeyboardSlip(absl::string_view text);

// ": '：' is a full-width colon: type :"; empty when `text` has no slip. For
// the end of a fault.
Both KeyboardHint(absl::string_view text);

// The slips in what gives a YAML file its structure, by their places: the
// indentation, the dash of an item, the colon behind one of `keys`, brackets,
// quotes and comments. For a file that has faults: some of these places may be
// inside a text of several lines.
std::map<Position, Both> FindYamlSlips(
    absl::string_view content, const std::set<std::string, std::less<>>& keys);

}  // namespace sluice::rules
