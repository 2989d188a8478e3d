#include "filter/templates/digit_origins.h"

#include "rules/base/characters.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace sluice::filter {
namespace {

// Bytes of the character that begins with `lead`.
size_t SizeOf(char lead) {
  constexpr uint64_t kByFirstFourBits = 0x4322'1111'1111'1111;
  return kByFirstFourBits >> (static_cast<uint8_t>(lead) >> 4) * 4 & 0xf;
}

}  // namespace

void DigitOrigins::Reset(const rules::FoldedText& folded,
                         absl::string_view submitted) {
  folded_ = &folded;
  submitted_ = submitted;
  at_ = 0;
  submitted_at_ = 0;
  submitted_index_ = 0;
  anchor_ = 0;
  fixed_ = false;
  unusual_.resize(0);  // Keeps its memory, as clear() does not.
}

void DigitOrigins::ReadPast(size_t byte) {
  const auto& anchors = folded_->anchors;
  const size_t end = std::min(byte + 1, folded().size());
  while (at_ < end) {
    for (; anchor_ < anchors.size() && anchors[anchor_].byte <= at_;
         ++anchor_) {
      Follow(anchors[anchor_]);
    }
    ReadStretch(anchor_ == anchors.size()
                    ? end
                    : std::min<size_t>(end, anchors[anchor_].byte));
  }
}

void DigitOrigins::Follow(const rules::FoldedText::Anchor& anchor) {
  for (; submitted_index_ < anchor.code_point; ++submitted_index_) {
    if (submitted_at_ >= submitted_.size()) break;
    submitted_at_ += SizeOf(submitted_[submitted_at_]);
  }
  fixed_ = anchor.fixed;
}

// Up to `end` or a little more: no anchor is on the way. Most texts are read
// here, so in local variables.
void DigitOrigins::ReadStretch(size_t end) {
  const absl::string_view text = folded();
  const absl::string_view submitted = submitted_;
  size_t at = at_;
  size_t submitted_at = submitted_at_;
  uint32_t read = 0;
  while (at < end) {
    const char c = text[at];
    const bool over = submitted_at >= submitted.size();
    if (IsDigit(c) && (over || submitted[submitted_at] != c)) {
      Note(at, submitted_at);
    }
    at += SizeOf(c);
    if (fixed_ || over) continue;
    submitted_at += SizeOf(submitted[submitted_at]);
    ++read;
  }
  at_ = at;
  submitted_at_ = submitted_at;
  submitted_index_ += read;
}

void DigitOrigins::Note(size_t at, size_t submitted_at) {
  UChar32 c = U_SENTINEL;
  if (submitted_at < submitted_.size()) {
    U8_NEXT(submitted_.data(), submitted_at, submitted_.size(), c);
  }
  if (c >= 0xff10 && c <= 0xff19) return;  // Full width.
  const bool chinese = c > 0x7f && u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC);
  unusual_.push_back({static_cast<uint32_t>(at),
                      chinese ? DigitOrigin::kChinese : DigitOrigin::kOther});
}

DigitOrigin DigitOrigins::Find(size_t byte) const {
  const auto found = std::lower_bound(
      unusual_.begin(), unusual_.end(), byte,
      [](const Unusual& unusual, size_t at) { return unusual.byte < at; });
  return found != unusual_.end() && found->byte == byte ? found->origin
                                                        : DigitOrigin::kPlain;
}

}  // namespace sluice::filter
