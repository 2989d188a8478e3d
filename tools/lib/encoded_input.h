#pragma once

// Files that people made, read as UTF-8: recognised when they are of another
// encoding, and decoded when the caller says of which.

#include <istream>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/lib/command_line.h"

namespace sluice::tools {

// Adds --encoding to a command that reads a file.
Flag AddEncoding(CommandLine& command, std::string& encoding);

// A stream of the UTF-8 of `in`, which must outlive it; bytes that are not of
// the encoding become bytes that are not UTF-8. `encoding` is a name as people
// give it; empty: `in` must be UTF-8. `path` is for errors. Errors:
// kInvalidArgument ("path: not UTF-8: it looks like GBK, ...": by its
// beginning, `in` seems to be of another encoding, and none is given, or is no
// text at all; or there is no such encoding).
absl::StatusOr<std::unique_ptr<std::istream>> AsUtf8(
    std::istream& in, const std::string& path, absl::string_view encoding);

}  // namespace sluice::tools
