#pragma once

// How much a test does that tries many cases: all of them, or a tenth under a
// sanitizer, which makes each ten to twenty times as dear. The cases are the
// same in each run, so that a sanitizer sees little new in the others.

#include <cstddef>

namespace sluice {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr size_t kSanitizerShare = 10;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr size_t kSanitizerShare = 10;
#else
inline constexpr size_t kSanitizerShare = 1;
#endif
#else
inline constexpr size_t kSanitizerShare = 1;
#endif

// The thread sanitizer looks for races, which need few steps of a random
// history. Whether enough happened in it is judged without that sanitizer.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kOnlyRaces = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
inline constexpr bool kOnlyRaces = true;
#else
inline constexpr bool kOnlyRaces = false;
#endif
#else
inline constexpr bool kOnlyRaces = false;
#endif

constexpr size_t Steps(size_t all) { return kOnlyRaces ? all / 5 : all; }

constexpr size_t Effort(size_t all) { return all / kSanitizerShare; }

}  // namespace sluice
