#pragma once

// Why a message does not go: one finding of one check.

#include <cstdint>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "rules/base/reason_code.h"
#include "sluice/v1/message.pb.h"

namespace sluice::filter {

using sluice::kReasonCodes;
using sluice::Name;
using sluice::ParseReasonCode;
using sluice::ReasonCode;

// Code points of the submitted text, [begin, end).
struct TextSpan {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool operator==(const TextSpan&) const = default;
};

// What one check found against a message.
struct Finding {
  ReasonCode code = ReasonCode::kFieldInvalid;
  v1::Basis basis = v1::BASIS_POLICY;
  // Goes to would_reasons: noted, without effect.
  bool observed = false;
  // The message waits for a person instead of being rejected.
  bool hold = false;
  // Which rule, limit or list; lives as long as the snapshot, or the facts of
  // the message. May be empty.
  absl::string_view rule;
  // Which field of OutgoingMessage; static. May be empty.
  absl::string_view field;
  absl::InlinedVector<TextSpan, 2> spans;

  bool operator==(const Finding&) const = default;
};

// The first is the primary reason: those that reject come before those that
// hold, each by rank, then rule. A DEFERRED message has one enforced reason
// only.
void SortByRank(std::vector<Finding>& findings);

}  // namespace sluice::filter
