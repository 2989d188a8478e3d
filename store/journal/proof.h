#pragma once

// Proves by hashes that a group is as it was written. A checksum finds rot; a
// person who changes a record can also write a new checksum, and even a new
// root. The root then differs from the previous root in the next frame.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/journal/group_entry.h"
#include "store/journal/journal_file.h"
#include "store/journal/merkle.h"

namespace sluice::store {

// The begin of a frame: what tells where the next one begins.
struct FrameHead {
  uint64_t size = 0;  // Of the frame.
  uint32_t unsynced_or_offset = 0;
  uint32_t version = 0;
};

// Reads the head of the frame at `at`; nullopt when no frame can begin there.
// Checks no more than length and version.
// Errors: kUnavailable.
absl::StatusOr<std::optional<FrameHead>> ReadFrameHead(const JournalFile& file,
                                                       uint64_t at);

// Proves `group`, decoded from the frame at `at` in `file`: hashes every record
// and compares the root with the frame's own and with that which the next frame
// names. A next frame that is not whole proves nothing: it is missing, it is
// being written, or it is damaged itself. `leaves` gets the records' hashes and
// may be null.
// Errors: kDataLoss (what is wrong, without the place); kUnavailable.
absl::Status Prove(const JournalFile& file, uint64_t at, const GroupView& group,
                   uint64_t checksum_seed, std::vector<Hash>* leaves);

// A group and the bytes that it views.
struct ProvenGroup {
  std::string bytes;
  GroupView group;
  std::vector<Hash> leaves;
};

// Reads the group whose frame is at `at` in a segment, `reduced` or not, and
// proves it. Reuses the buffers of `group`, which is unusable after an error.
// Errors: kDataLoss (what is wrong, without the place); kUnavailable.
absl::Status ReadProven(const JournalFile& file, uint64_t at, bool reduced,
                        uint64_t checksum_seed, ProvenGroup& group);

// The same without a proof and without leaves: checks no more than the
// checksum.
absl::Status ReadUnproven(const JournalFile& file, uint64_t at, bool reduced,
                          uint64_t checksum_seed, ProvenGroup& group);

}  // namespace sluice::store
