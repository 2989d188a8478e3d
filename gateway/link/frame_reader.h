#pragma once

// Cuts a stream of octets into PDUs. All four carrier protocols begin a PDU
// with its whole length in four octets, so this is apart from them.

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sluice::link {

// One strand. Holds at most one PDU more than one read brings.
class FrameReader {
 public:
  // A PDU has at least `size_min` octets, the size of its header, and at most
  // `size_max`.
  FrameReader(size_t size_min, size_t size_max)
      : size_min_(size_min), size_max_(size_max) {}

  // Where the next octets of the stream are to be put, at least 16 KiB; call
  // Filled() with the number of those that came. Ends the life of every PDU
  // that Next() gave.
  absl::Span<char> Room();
  void Filled(size_t octets) { end_ += octets; }

  // The next whole PDU, header included; empty when more octets are needed.
  // Errors: kInvalidArgument when a length is out of bounds. The stream is then
  // out of step for good: close the connection.
  absl::StatusOr<absl::string_view> Next();

 private:
  size_t size_min_;
  size_t size_max_;
  std::vector<char> buffer_;
  size_t begin_ = 0;  // What is not taken yet is [begin_, end_).
  size_t end_ = 0;
};

}  // namespace sluice::link
