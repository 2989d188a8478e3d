#pragma once

// Reading and writing big-endian bytes with every length checked. The one place
// that turns untrusted bytes into integers; journal and protocol codecs are
// written with it.

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace sluice {

// Takes values off the front of bytes it does not own.
class ByteReader {
 public:
  explicit ByteReader(absl::string_view bytes) : bytes_(bytes) {}

  size_t remaining() const { return bytes_.size(); }

  // Errors, here and below: kOutOfRange when fewer bytes are left.
  absl::StatusOr<absl::string_view> Take(size_t size) {
    if (bytes_.size() < size) {
      return absl::OutOfRangeError(
          absl::StrCat("need ", size, " octets, ", bytes_.size(), " left"));
    }
    const absl::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  template <std::unsigned_integral T>
  absl::StatusOr<T> TakeBigEndian() {
    absl::StatusOr<absl::string_view> taken = Take(sizeof(T));
    if (!taken.ok()) return taken.status();
    T value = 0;
    for (const char c : *taken) {
      value = static_cast<T>((value << 8) | static_cast<uint8_t>(c));
    }
    return value;
  }

 private:
  absl::string_view bytes_;
};

template <std::unsigned_integral T>
void AppendBigEndian(T value, std::string& out) {
  for (int shift = 8 * (sizeof(T) - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
}

}  // namespace sluice
