#pragma once

// Early-return helpers for absl::Status. Debian 12 ships Abseil 20220623, which
// has none; drop this file once the pinned Abseil has status_macros.h.

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define SLUICE_CONCAT_INNER_(a, b) a##b
#define SLUICE_CONCAT_(a, b) SLUICE_CONCAT_INNER_(a, b)

// Returns from the enclosing function when `expr` is an error.
#define SLUICE_RETURN_IF_ERROR(expr)                                  \
  do {                                                                \
    if (absl::Status sluice_status_ = (expr); !sluice_status_.ok()) { \
      return sluice_status_;                                          \
    }                                                                 \
  } while (false)

// Moves the value of a StatusOr into `lhs`, or returns its error. Expands to
// several statements: always use it inside braces.
#define SLUICE_ASSIGN_OR_RETURN(lhs, expr)                                   \
  SLUICE_ASSIGN_OR_RETURN_AS_(SLUICE_CONCAT_(sluice_result_, __LINE__), lhs, \
                              expr)
#define SLUICE_ASSIGN_OR_RETURN_AS_(result, lhs, expr) \
  auto result = (expr);                                \
  if (!result.ok()) return std::move(result).status(); \
  lhs = *std::move(result)
