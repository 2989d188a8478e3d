#pragma once

// Reads many single records one after another, for a search or a stream. Apart
// from RecordReader, which serves all threads and keeps no bytes of records:
// a cursor belongs to one search and keeps the group that it read last, so that
// the records of a group are read and proven together.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/journal/position.h"
#include "store/journal/proof.h"
#include "store/journal/record_reader.h"

namespace sluice::store {

// One thread. Needs memory for one group. Make a new one for each search: what
// is in a file now is found out when its group is read, and a cursor reads it
// once.
class RecordCursor {
 public:
  // `reader` must outlive it.
  explicit RecordCursor(const RecordReader& reader) : reader_(reader) {}

  // As RecordReader::Read(); valid until the next call. A group that retention
  // has replaced meanwhile is read again.
  absl::StatusOr<absl::string_view> Read(RecordRef ref);

 private:
  // What is known of the group at position_ in segment_.
  enum class Held : uint8_t {
    kNothing,
    kBytes,   // Of the whole group: a record of it is proven by its leaf.
    kProven,  // The same, and all of its records are proven.
  };

  absl::StatusOr<absl::string_view> ReadFrom(const RecordReader::Frame& frame,
                                             RecordRef ref);
  absl::StatusOr<absl::string_view> ByLeaf(const RecordReader::Frame& frame,
                                           RecordRef ref);

  const RecordReader& reader_;
  std::shared_ptr<const RecordReader::Segment> segment_;
  Position position_;
  Held held_ = Held::kNothing;
  size_t singly_ = 0;  // Records of this group that were read alone.
  ProvenGroup group_;
  std::string record_;
};

}  // namespace sluice::store
