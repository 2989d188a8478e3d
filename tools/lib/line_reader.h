#pragma once

// Lines of a file that somebody gave, which may be of any size.

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rules/base/language.h"

namespace sluice::tools {

class LineReader {
 public:
  enum class Line : uint8_t {
    kRead,
    kTooLong,  // It is skipped, never held.
    kEnd,      // Or the file cannot be read further.
  };

  // The longest line of texts: a message has at most 1,000 characters.
  static constexpr size_t kTextLineMax = 256u << 10;

  // Lines have at most `octets_max` octets. `in` must outlive it.
  explicit LineReader(std::istream& in, size_t octets_max = kTextLineMax)
      : in_(in), octets_max_(octets_max), buffer_(kStep, '\0') {}

  // Replaces `line` by the next line, without its end and without a byte order
  // mark before the first; after kTooLong it is empty.
  Line Next(std::string& line);

  // Of the line that was read last: its number, from 1, and its octets.
  uint64_t number() const { return number_; }
  uint64_t octets() const { return octets_; }
  // After kEnd: whether the file could not be read further.
  bool broken() const { return in_.bad(); }
  // "a line of 1073741824 octets; at most 262144 are read", after kTooLong.
  Both TooLong() const;

 private:
  static constexpr size_t kStep = 8 << 10;

  std::istream& in_;
  const size_t octets_max_;
  std::string buffer_;
  uint64_t number_ = 0;
  uint64_t octets_ = 0;
};

// Calls `visit` with every line of the file at `path` and its number.
// `encoding` as for AsUtf8(). Errors: kNotFound (the file cannot be read);
// kUnavailable (not to its end); kInvalidArgument, "path:line: ..." (a line is
// too long); those of AsUtf8(); those of `visit`, at the first of which it
// ends.
absl::Status ForEachLineOf(
    const std::string& path,
    absl::FunctionRef<absl::Status(uint64_t number, std::string& line)> visit,
    absl::string_view encoding = "");

}  // namespace sluice::tools
