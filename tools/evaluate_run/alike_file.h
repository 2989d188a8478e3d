#pragma once

// Tables of replacements for characters from other sources, so that evasions do
// not come from the tables that folding uses to undo them.

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

namespace sluice::evaluate {

// For each character its replacements, each of one character or more.
using Alikes = absl::flat_hash_map<char32_t, std::vector<std::u32string>>;

// Each line has a character, a blank and its replacements, with or without
// blanks between them: `信 新心芯`. # begins a comment. Errors: kNotFound,
// kInvalidArgument with the line.
absl::StatusOr<Alikes> ReadAlikes(const std::string& path);

// Each line has a character and the ways to write its parts, separated by tabs,
// with blanks between parts: `好<TAB>女 子`. Ways of a single part are left
// out.
absl::StatusOr<Alikes> ReadParts(const std::string& path);

}  // namespace sluice::evaluate
