#pragma once

// The way back from bytes of a folded text to what was submitted, for the
// stretches that a finder asks for: mostly none, else in about their order.

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/fold/fold.h"

namespace sluice::rules {

// One per thread; keeps its buffer.
class SubmittedText {
 public:
  // Both must stay unchanged until the next Begin.
  void Begin(const FoldedText& folded, absl::string_view submitted) {
    folded_ = &folded;
    submitted_ = submitted;
    has_origins_ = false;
    index_ = 0;
    at_ = 0;
  }

  // FoldedText::Origins(), made at the first call.
  const std::vector<uint32_t>& origins() {
    if (!has_origins_) folded_->Origins(origins_);
    has_origins_ = true;
    return origins_;
  }

  // What was submitted for the bytes [begin, end), which are some, with the
  // marks that stand on the last of it: folding leaves out those of "café".
  // Costs as much as the way from the stretch asked for last.
  absl::string_view Of(uint32_t begin, uint32_t end) {
    return OfCodePoints(origins()[begin], AfterMarks(origins()[end - 1] + 1));
  }

  // The code points [begin, end) of what was submitted.
  absl::string_view OfCodePoints(uint32_t begin, uint32_t end) {
    MoveTo(end);
    const auto to = at_;
    MoveTo(begin);
    return submitted_.substr(static_cast<size_t>(at_),
                             static_cast<size_t>(to - at_));
  }

  // The first code point from `index` on that is no mark on the one before it.
  uint32_t AfterMarks(uint32_t index) {
    MoveTo(index);
    const auto size = static_cast<int32_t>(submitted_.size());
    for (int32_t next = at_; next < size; ++index) {
      UChar32 c = 0;
      U8_NEXT(submitted_.data(), next, size, c);
      if ((U_GET_GC_MASK(c) & U_GC_M_MASK) == 0) break;
    }
    return index;
  }

 private:
  void MoveTo(uint32_t index) {
    const auto* const bytes =
        reinterpret_cast<const uint8_t*>(submitted_.data());
    const auto size = static_cast<int32_t>(submitted_.size());
    for (; index_ < index; ++index_) U8_FWD_1(bytes, at_, size);
    for (; index_ > index; --index_) U8_BACK_1(bytes, 0, at_);
  }

  const FoldedText* folded_ = nullptr;
  absl::string_view submitted_;
  std::vector<uint32_t> origins_;
  bool has_origins_ = false;
  uint32_t index_ = 0;  // A code point of `submitted_`, and where it begins.
  int32_t at_ = 0;
};

}  // namespace sluice::rules
