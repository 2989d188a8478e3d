#pragma once

// Plain structs as bytes, as they lie in memory, little-endian: a store is read
// by the kind of machine that wrote it.

#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"

namespace sluice::store {

template <typename T>
void AppendPlain(absl::Span<const T> values, std::string& out) {
  static_assert(std::is_trivially_copyable_v<T>);
  out.append(reinterpret_cast<const char*>(values.data()),
             values.size() * sizeof(T));
}

// Errors: kOutOfRange when fewer bytes are left.
template <typename T>
absl::StatusOr<std::vector<T>> TakePlain(size_t count, ByteReader& in) {
  static_assert(std::is_trivially_copyable_v<T>);
  SLUICE_ASSIGN_OR_RETURN(const absl::string_view bytes,
                          in.Take(count * sizeof(T)));
  std::vector<T> values(count);
  if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace sluice::store
