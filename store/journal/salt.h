#pragma once

// The random salt of each record: without it, a leaf hash of a short record
// could be guessed by trying all numbers.

#include <openssl/rand.h>

#include <array>
#include <cstddef>

#include "absl/strings/string_view.h"
#include "rules/base/check.h"

namespace sluice::store {

inline constexpr size_t kSaltSize = 16;

// Draws a thousand salts at a time: one call of the generator costs as much as
// hundreds of octets. One thread.
class SaltSource {
 public:
  // 16 octets; valid until the next call.
  absl::string_view Next() {
    if (used_ == pool_.size()) {
      SLUICE_CHECK(RAND_bytes(pool_.data(), static_cast<int>(pool_.size())) ==
                   1);
      used_ = 0;
    }
    used_ += kSaltSize;
    return {reinterpret_cast<const char*>(pool_.data()) + used_ - kSaltSize,
            kSaltSize};
  }

 private:
  std::array<unsigned char, 1024 * kSaltSize> pool_;
  size_t used_ = 1024 * kSaltSize;
};

}  // namespace sluice::store
