#pragma once

// SHA-256 without an allocation: the journal hashes every record.

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace sluice::store {

using Hash = std::array<uint8_t, 32>;  // SHA-256.

inline absl::string_view AsBytes(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

// SHA-256 of `bytes`. Any thread.
Hash Sha256(absl::string_view bytes);

// SHA-256 of the one byte `prefix` and then `a` and `b`. The prefix keeps the
// hash of a record, of an inner node and of a link apart, as in RFC 6962.
// Any thread.
Hash Sha256(uint8_t prefix, absl::string_view a, absl::string_view b = {});

}  // namespace sluice::store
