#pragma once

// The records that have one facet, in ascending order: those of the views, then
// those that were still in memory.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "store/views/views.h"

namespace sluice::store {

// A key of the view: a facet, and the first record of a run.
std::string RunKey(uint64_t facet, uint64_t record);

// The later records of a run as the value of the view, and back: all records,
// in ascending order. Errors: kDataLoss.
std::string EncodeRun(absl::Span<const uint64_t> records);
absl::Status DecodeRun(absl::string_view key, absl::string_view value,
                       std::vector<uint64_t>& records);

// One thread.
class FacetList {
 public:
  static constexpr uint64_t kEnd = ~uint64_t{0};

  // `fresh` ascends; records from `fresh_from` on are in no list but this.
  FacetList(uint64_t facet, ViewCursor cursor, std::vector<uint64_t> fresh,
            uint64_t fresh_from)
      : facet_(facet),
        fresh_from_(fresh_from),
        cursor_(std::move(cursor)),
        fresh_(std::move(fresh)) {}

  // The first record that is not before `record`; kEnd: none. `record` must not
  // be less than in an earlier call. Errors: kUnavailable, kDataLoss.
  absl::StatusOr<uint64_t> AtOrAfter(uint64_t record);

 private:
  absl::Status ReadRun();

  const uint64_t facet_;
  const uint64_t fresh_from_;
  ViewCursor cursor_;
  std::vector<uint64_t> fresh_;
  std::vector<uint64_t> run_;
  size_t next_ = 0;  // In run_; after the views, in fresh_.
  bool begun_ = false;
  bool in_memory_ = false;
};

}  // namespace sluice::store
