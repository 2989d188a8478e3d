#pragma once

// Tables of what may be written for a character, made by others, so that
// evasions do not come from the tables that undo them.

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

namespace sluice::evaluate {

// By character: what may stand for it, each of one character or more.
using Alikes = absl::flat_hash_map<char32_t, std::vector<std::u32string>>;

// A line is a character, a blank and the others, parted by nothing or blanks:
// `信 新心芯`. # begins a comment. Errors: kNotFound, kInvalidArgument with the
// line.
absl::StatusOr<Alikes> ReadAlikes(const std::string& path);

// A line is a character and the ways to write its parts, parted by tabs; the
// parts by blanks: `好<TAB>女 子`. Ways of a single part are left out.
absl::StatusOr<Alikes> ReadParts(const std::string& path);

}  // namespace sluice::evaluate
