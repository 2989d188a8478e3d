#include "gateway/link/frame_reader.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "rules/base/bytes.h"

namespace sluice::link {
namespace {

constexpr size_t kRoomMin = 16 * 1024;
constexpr size_t kRoomAtFirst = 64 * 1024;

}  // namespace

absl::Span<char> FrameReader::Room() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + kRoomMin) {
    buffer_.resize(end_ + kRoomAtFirst);
  }
  return absl::MakeSpan(buffer_).subspan(end_);
}

absl::StatusOr<absl::string_view> FrameReader::Next() {
  const absl::string_view waiting(buffer_.data() + begin_, end_ - begin_);
  if (waiting.size() < 4) return absl::string_view();
  const uint32_t length = *ByteReader(waiting).TakeBigEndian<uint32_t>();
  if (length < size_min_ || length > size_max_) {
    return absl::InvalidArgumentError(absl::StrCat(
        "PDU length ", length, ", allowed are ", size_min_, " to ", size_max_));
  }
  if (waiting.size() < length) return absl::string_view();
  begin_ += length;
  return waiting.substr(0, length);
}

}  // namespace sluice::link
