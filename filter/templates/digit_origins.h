#pragma once

// What the digits of a folded text were when they were submitted. Folding makes
// ASCII digits of 五, ５ and ❺ alike, so that numbers meet however they are
// written. Where that goes too far, as in the name 王五, this tells them apart.

#include <cstddef>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "rules/fold/fold.h"

namespace sluice::filter {

enum class DigitOrigin : uint8_t {
  kPlain,    // 5 ５
  kChinese,  // 五 伍 〥
  kOther,    // ❺ ⁵ ٥
};

// Reads both texts side by side, no further than the calls ask and no part
// twice. Reuse one per thread.
class DigitOrigins {
 public:
  DigitOrigins() = default;
  DigitOrigins(const rules::FoldedText& folded, absl::string_view submitted) {
    Reset(folded, submitted);
  }

  // Begins to read `folded`, which was folded from `submitted`. Both must
  // outlive the calls that follow. Should it have been made of another text,
  // digits get wrong origins, and nothing worse.
  void Reset(const rules::FoldedText& folded, absl::string_view submitted);

  absl::string_view folded() const { return folded_->bytes; }

  // Of the digit that byte `byte` of folded() is. Allocates only for texts with
  // more than a few digits that are not kPlain.
  DigitOrigin At(size_t byte) {
    if (byte >= at_) ReadPast(byte);
    return unusual_.empty() ? DigitOrigin::kPlain : Find(byte);
  }

 private:
  struct Unusual {
    uint32_t byte = 0;
    DigitOrigin origin = DigitOrigin::kPlain;
  };

  void ReadPast(size_t byte);
  void Follow(const rules::FoldedText::Anchor& anchor);
  void ReadStretch(size_t end);
  void Note(size_t at, size_t submitted_at);
  DigitOrigin Find(size_t byte) const;

  const rules::FoldedText* folded_ = nullptr;
  absl::string_view submitted_;
  // Where reading goes on: a character of folded(), and the one of the
  // submitted text that it stems from.
  size_t at_ = 0;
  size_t submitted_at_ = 0;
  uint32_t submitted_index_ = 0;
  size_t anchor_ = 0;                        // The next of the anchors.
  bool fixed_ = false;                       // What the last one says.
  absl::InlinedVector<Unusual, 8> unusual_;  // Ascending.
};

}  // namespace sluice::filter
