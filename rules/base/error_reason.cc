#include "rules/base/error_reason.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/base/check.h"

namespace sluice {
namespace {

constexpr absl::string_view kReasonPayload = "sluice/reason";
constexpr absl::string_view kFieldPayload = "sluice/field";

// In the order of ErrorReason.
constexpr absl::string_view kNames[] = {
    "OVERLOADED",        "DISK_FULL",       "RATE_LIMITED",
    "TOO_MANY_WATCHES",  "BATCH_TOO_LARGE", "CLOCK_STEPPED",
    "JOURNAL_REOPENED",  "STOPPING",        "NEEDS_COLLEAGUE",
    "NEEDS_ACCOUNT_KEY", "UNDOES_OTHERS"};
static_assert(std::size(kNames) ==
              static_cast<size_t>(ErrorReason::kUndoesOthers) + 1);

absl::string_view NameOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kCancelled:
      return "CANCELLED";
    case absl::StatusCode::kInvalidArgument:
      return "INVALID_ARGUMENT";
    case absl::StatusCode::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    case absl::StatusCode::kNotFound:
      return "NOT_FOUND";
    case absl::StatusCode::kAlreadyExists:
      return "ALREADY_EXISTS";
    case absl::StatusCode::kPermissionDenied:
      return "PERMISSION_DENIED";
    case absl::StatusCode::kResourceExhausted:
      return "OVERLOADED";
    case absl::StatusCode::kFailedPrecondition:
      return "FAILED_PRECONDITION";
    case absl::StatusCode::kAborted:
      return "ABORTED";
    case absl::StatusCode::kOutOfRange:
      return "OUT_OF_RANGE";
    case absl::StatusCode::kUnimplemented:
      return "UNIMPLEMENTED";
    case absl::StatusCode::kInternal:
      return "INTERNAL";
    case absl::StatusCode::kUnavailable:
      return "UNAVAILABLE";
    case absl::StatusCode::kDataLoss:
      return "DATA_LOSS";
    case absl::StatusCode::kUnauthenticated:
      return "UNAUTHENTICATED";
    default:
      return "UNKNOWN";
  }
}

}  // namespace

absl::Status WithReason(absl::Status status, ErrorReason reason) {
  SLUICE_CHECK(!status.ok());
  if (!status.GetPayload(kReasonPayload)) {
    status.SetPayload(kReasonPayload,
                      absl::Cord(kNames[static_cast<size_t>(reason)]));
  }
  return status;
}

absl::string_view ReasonOf(const absl::Status& status) {
  if (const auto given = status.GetPayload(kReasonPayload)) {
    for (const absl::string_view name : kNames) {
      if (*given == name) return name;
    }
  }
  return NameOf(status.code());
}

bool HasReason(const absl::Status& status, ErrorReason reason) {
  return ReasonOf(status) == kNames[static_cast<size_t>(reason)];
}

std::optional<ErrorReason> ParseErrorReason(absl::string_view name) {
  const auto found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<ErrorReason>(found - std::begin(kNames));
}

absl::Status InvalidField(absl::string_view field, absl::string_view what) {
  return WithField(absl::InvalidArgumentError(absl::StrCat(field, ": ", what)),
                   field);
}

absl::Status WithField(absl::Status status, absl::string_view field) {
  SLUICE_CHECK(!status.ok());
  status.SetPayload(kFieldPayload, absl::Cord(field));
  return status;
}

std::string FieldOf(const absl::Status& status) {
  const auto field = status.GetPayload(kFieldPayload);
  return field ? std::string(*field) : std::string();
}

absl::Status WithOuterField(absl::Status status, absl::string_view outer) {
  const std::string field = FieldOf(status);
  if (field.empty()) return status;
  return WithField(std::move(status), absl::StrCat(outer, ".", field));
}

absl::string_view MessageWithoutField(const absl::Status& status) {
  const absl::string_view message = status.message();
  const std::string path = FieldOf(status);
  absl::string_view field = path;
  while (!field.empty()) {
    absl::string_view rest = message;
    if (absl::ConsumePrefix(&rest, field) && absl::ConsumePrefix(&rest, ": ")) {
      return rest;
    }
    const size_t dot = field.find('.');
    field = dot == absl::string_view::npos ? "" : field.substr(dot + 1);
  }
  return message;
}

}  // namespace sluice
