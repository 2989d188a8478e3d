#pragma once

// The offline check of a whole journal, as `sluicectl store check` runs it:
// every header, checksum, leaf, root, previous root and position, also of
// reduced segments. It goes on after damage and reports all of it.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "store/journal/group_entry.h"
#include "store/journal/journal_file.h"
#include "store/journal/journal_tail.h"
#include "store/journal/position.h"
#include "store/journal/segment.h"

namespace sluice::store {

struct JournalDamage {
  uint32_t segment = 0;
  uint64_t offset = 0;  // In the file, of the damaged part.
  std::string what;
};

struct JournalCheckReport {
  JournalIdentity identity;
  uint32_t segments = 0;
  uint32_t segments_reduced = 0;
  uint64_t groups = 0;   // Whole and verified.
  uint64_t records = 0;  // In these groups.
  uint64_t removed = 0;  // Of these, removed by retention.
  uint64_t bytes = 0;    // Of all files read.
  Hash root = {};        // Of the last group.
  Position end;          // After the last group.
  // Every group up to there was there and whole, whatever else is wrong.
  bool unbroken = false;
  // Bytes after the last whole group that were never acknowledged: a start
  // would cut them. No damage.
  uint64_t bytes_torn = 0;
  // In journal order; beyond kDamageMax damages are only counted.
  std::vector<JournalDamage> damage;
  uint64_t damage_count = 0;
};
inline constexpr size_t kDamageMax = 1000;

// Called with each whole and verified group, in journal order, and the hashes
// of its records.
using GroupWatch = std::function<void(Position at, const GroupView& group,
                                      absl::Span<const Hash> leaves)>;

// Called now and then with the bytes read so far and the bytes in all.
using CheckProgress = std::function<void(uint64_t done, uint64_t all)>;

// Reads everything and writes nothing. Run it while no writer is at work:
// unfinished writes would look torn. Compares the journal with `known`; `from`
// and `accept_loss` are not used.
// Errors: kNotFound (no journal here); kUnavailable. Damage is no error: the
// report lists it, a damaged identity file included.
absl::StatusOr<JournalCheckReport> CheckJournal(
    const JournalFiles& files, const CheckProgress& progress = {},
    const TailKnown& known = {}, const GroupWatch& watch = {});

}  // namespace sluice::store
