#pragma once

// SLUICE_CHECK: for programmer errors only, on in release builds. Untrusted
// bytes and the outside world get an absl::Status, never a check.

#include <cstdio>
#include <cstdlib>

#define SLUICE_CHECK(condition)                                             \
  do {                                                                      \
    if (!(condition)) {                                                     \
      std::fprintf(stderr, "%s:%d: check failed: %s\n", __FILE__, __LINE__, \
                   #condition);                                             \
      std::abort();                                                         \
    }                                                                       \
  } while (false)
