#pragma once

// Cuts a stream of octets into PDUs. A PDU of all four carrier protocols begins
// with its length in four octets, so the protocols share this reader.

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sluice::link {

// One strand. Holds at most the octets of one read and one incomplete PDU.
class FrameReader {
 public:
  // A PDU has at least `size_min` octets (its header) and at most `size_max`.
  FrameReader(size_t size_min, size_t size_max)
      : size_min_(size_min), size_max_(size_max) {}

  // The buffer for the next octets of the stream, at least 16 KiB. Call
  // Filled() with the number of octets read. Invalidates every PDU that Next()
  // returned.
  absl::Span<char> Room();
  void Filled(size_t octets) { end_ += octets; }

  // The next whole PDU, header included; empty when more octets are needed.
  // Errors: kInvalidArgument when a length is out of bounds. The stream cannot
  // be resynchronised: close the connection.
  absl::StatusOr<absl::string_view> Next();

 private:
  size_t size_min_;
  size_t size_max_;
  std::vector<char> buffer_;
  size_t begin_ = 0;  // Octets not yet returned: [begin_, end_).
  size_t end_ = 0;
};

}  // namespace sluice::link
