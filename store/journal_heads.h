#pragma once

// What is known about the ends of a store's journals from outside of them: the
// marks (durable_marks.h), and the last JournalHeads record of the control
// journal, which no tool rewrites unnoticed.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/durable_marks.h"
#include "store/journal/journal_file.h"
#include "store/journal/journal_tail.h"
#include "store/journal/segment.h"

namespace sluice::store {

// The heads in the last JournalHeads record of a control journal; nullopt: it
// has none, as in stores of older versions. Reads up to the first damage.
// Errors: kUnavailable.
absl::StatusOr<std::optional<v1::JournalHeads>> LastHeads(
    const JournalFiles& control, const JournalIdentity& identity);

// What `heads` says of a partition; nullopt: nothing.
std::optional<JournalPoint> HeadOf(const v1::JournalHeads& heads,
                                   int partition);

// A record of how far the marks say that each partition is durable.
v1::JournalHeads HeadsOf(const DurableMarks& marks, int partitions,
                         bool clean_stop);

// Opens the marks of a store, or makes them for a store that has none yet.
// `heads`: as LastHeads() says.
// Errors: kDataLoss (missing although `heads` is there, or damaged: what to
// do); kUnavailable; kResourceExhausted.
absl::StatusOr<std::unique_ptr<DurableMarks>> OpenMarks(
    JournalFiles& root, const JournalIdentity& identity,
    const std::optional<v1::JournalHeads>& heads);

}  // namespace sluice::store
