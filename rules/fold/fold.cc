#include "rules/fold/fold.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "rules/fold/fold_tables.h"
#include "rules/fold/spelling.h"

namespace sluice::rules {
namespace {

static_assert(std::endian::native == std::endian::little,
              "entries are stored with one move, low byte first");

constexpr uint32_t kSpace = 1u << 24 | ' ';  // The entry of a space.
constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighs = 0x8080808080808080;

bool IsContinuation(uint8_t byte) { return (byte & 0xc0) == 0x80; }

// IsHan() of the UTF-8 at `p`, without decoding it.
bool HanAt(const uint8_t* p) {
  return (p[0] >= 0xe4 && p[0] <= 0xe9) || (p[0] == 0xe3 && p[1] >= 0x90) ||
         (p[0] == 0xf0 && p[1] >= 0xa0);
}

// One pass over one text.
class Pass {
 public:
  Pass(const FoldTables& tables, absl::string_view text, FoldedText& folded)
      : tables_(tables),
        folded_(folded),
        in_(reinterpret_cast<const uint8_t*>(text.data())),
        end_(in_ + text.size()) {
    folded_.anchors.clear();
    folded_.control.reset();
    // A simple code point writes 4 bytes and keeps at most as many as it took.
    folded_.bytes.resize(text.size() + 8);
    out_ = Begin();
  }

  bool Run() {
    while (in_ < end_) {
      if (*in_ < 0x80) {
        TakeAscii();
      } else if (!TakeOthers()) {
        folded_.bytes.clear();
        folded_.anchors.clear();
        folded_.code_points = 0;
        folded_.control.reset();
        return false;
      }
    }
    folded_.bytes.resize(out_ - Begin());
    folded_.code_points = index_;
    return true;
  }

 private:
  uint8_t* Begin() { return reinterpret_cast<uint8_t*>(folded_.bytes.data()); }

  // Eight bytes at a time while all are printable, then byte by byte until the
  // run of ASCII ends.
  void TakeAscii() {
    while (end_ - in_ >= 8) {
      uint64_t word;
      std::memcpy(&word, in_, 8);
      const uint64_t is_del = word ^ (kOnes * 0x7f);
      // Any byte above 0x7f, below 0x20, or 0x7f.
      if ((word | (word - kOnes * 0x20) | (is_del - kOnes)) & kHighs) break;
      const uint64_t from_a = word + kOnes * (0x80 - 'A');
      const uint64_t above_z = word + kOnes * (0x7f - 'Z');
      word |= ((from_a ^ above_z) & kHighs) >> 2;  // Upper to lower: + 0x20.
      std::memcpy(out_, &word, 8);
      in_ += 8;
      out_ += 8;
      index_ += 8;
    }
    for (int i = 0; i < 8 && in_ < end_ && *in_ < 0x80; ++i) {
      const uint32_t entry = tables_.bmp[*in_++];
      if (entry >> 24 == 0) {
        PutSpecial(entry);
      } else {
        *out_++ = static_cast<uint8_t>(entry);
        ++index_;
      }
    }
    after_space_ = out_ > Begin() && out_[-1] == ' ';
  }

  // A run of simple code points of three bytes, which Chinese texts consist of.
  // In local variables: what is written through `out` might be our members, for
  // all the compiler knows. Stops at anything else, also at what is invalid.
  void TakeSimple() {
    const uint32_t* const bmp = tables_.bmp.data();
    const uint8_t* const end = end_;
    const uint8_t* in = in_;
    uint8_t* out = out_;
    uint32_t entry = 0;
    for (; end - in >= 3 && entry != kSpace; in += 3) {
      // Lead byte and both continuation bytes at once.
      const uint32_t bits = in[0] << 16 | in[1] << 8 | in[2];
      const uint32_t c =
          (bits & 0x0f0000) >> 4 | (bits & 0x3f00) >> 2 | (bits & 0x3f);
      entry = bmp[c];
      if ((bits & 0xf0c0c0) != 0xe08080 || c < 0x800 || entry >> 24 == 0) break;
      std::memcpy(out, &entry, 4);
      out += entry >> 24;
    }
    index_ += static_cast<uint32_t>(in - in_) / 3;
    after_space_ = in > in_ && out[-1] == ' ';
    in_ = in;
    out_ = out;
  }

  // A run of code points of two bytes and more. False: not valid UTF-8.
  bool TakeOthers() {
    while (in_ < end_ && *in_ >= 0x80) {
      if (!after_space_) TakeSimple();
      if (in_ == end_ || *in_ < 0x80) break;
      uint32_t c;
      const ptrdiff_t left = end_ - in_;
      if (*in_ >= 0xe0 && *in_ < 0xf0) {
        if (left < 3 || !IsContinuation(in_[1]) || !IsContinuation(in_[2])) {
          return false;
        }
        c = (in_[0] & 0x0fu) << 12 | (in_[1] & 0x3fu) << 6 | (in_[2] & 0x3fu);
        if (c < 0x800) return false;
        in_ += 3;
      } else if (*in_ >= 0xc2 && *in_ < 0xe0) {
        if (left < 2 || !IsContinuation(in_[1])) return false;
        c = (in_[0] & 0x1fu) << 6 | (in_[1] & 0x3fu);
        in_ += 2;
      } else {
        if (!TakeBeyond(left)) return false;
        continue;
      }
      const uint32_t entry = tables_.bmp[c];
      if (entry >> 24 == 0) {
        if (entry == FoldTables::kInvalid) return false;
        PutSpecial(entry);
        continue;
      }
      std::memcpy(out_, &entry, 4);
      if (after_space_ && HanAt(out_)) CloseGap(out_, entry >> 24);
      out_ += entry >> 24;
      ++index_;
      after_space_ = entry == kSpace;
    }
    return true;
  }

  // A code point of four bytes.
  bool TakeBeyond(ptrdiff_t left) {
    if (*in_ < 0xf0 || *in_ > 0xf4 || left < 4 || !IsContinuation(in_[1]) ||
        !IsContinuation(in_[2]) || !IsContinuation(in_[3])) {
      return false;
    }
    const uint32_t c = (in_[0] & 0x07u) << 18 | (in_[1] & 0x3fu) << 12 |
                       (in_[2] & 0x3fu) << 6 | (in_[3] & 0x3fu);
    if (c < 0x10000 || c > 0x10ffff) return false;
    const uint32_t page = tables_.pages[c / FoldTables::kPageSize];
    const uint32_t special =
        tables_
            .beyond[page * FoldTables::kPageSize + c % FoldTables::kPageSize];
    in_ += 4;
    if (special != 0) {
      PutSpecial(special - 1);
      return true;
    }
    std::memcpy(out_, in_ - 4, 4);
    if (after_space_ && HanAt(out_)) CloseGap(out_, 4);
    out_ += 4;
    ++index_;
    after_space_ = false;
    return true;
  }

  // Called after the input was taken, before it is counted.
  void PutSpecial(uint32_t index) {
    const FoldTables::Special special = tables_.specials[index];
    if (special.control && !folded_.control) folded_.control = index_;
    if (special.size == 0) {
      ++index_;
      SetAnchor(false);
      return;
    }
    const ptrdiff_t used = out_ - Begin();
    const size_t needed = used + special.size + (end_ - in_) + 8;
    if (folded_.bytes.size() < needed) {
      folded_.bytes.resize(needed + needed / 2);
      out_ = Begin() + used;
    }
    std::memcpy(out_, tables_.pool.data() + special.offset, special.size);
    if (after_space_ && (special.han || HanAt(out_))) {
      CloseGap(out_, special.size);
    }
    if (special.code_points != 1) SetAnchor(true);
    out_ += special.size;
    ++index_;
    if (special.code_points != 1) SetAnchor(false);
    if (special.han) han_end_ = out_ - Begin();
    after_space_ = out_[-1] == ' ';
  }

  // The `size` bytes at `put`, not yet counted, are a Chinese character and
  // follow spaces. Takes the spaces out when another one stands before them:
  // nobody writes them, and 发 票 reads 发票.
  void CloseGap(const uint8_t* put, size_t size) {
    uint8_t* gap = out_;
    while (gap > Begin() && gap[-1] == ' ') --gap;
    const uint8_t* before = gap;
    do {
      if (before == Begin()) return;
    } while (IsContinuation(*--before));
    if (!HanAt(before) && gap - Begin() != han_end_) return;
    std::memmove(gap, put, size);
    out_ = gap;
    SetAnchor(false);
  }

  // From here on, output stems from code point index_ on.
  void SetAnchor(bool fixed) {
    const auto byte = static_cast<uint32_t>(out_ - Begin());
    auto& anchors = folded_.anchors;
    while (!anchors.empty() && anchors.back().byte >= byte) anchors.pop_back();
    anchors.push_back({byte, index_, fixed});
  }

  const FoldTables& tables_;
  FoldedText& folded_;
  const uint8_t* in_;
  const uint8_t* const end_;
  uint8_t* out_;
  uint32_t index_ = 0;  // Code points taken.
  bool after_space_ = false;
  ptrdiff_t han_end_ = -1;  // Where the last digit that was Chinese ends.
};

}  // namespace

uint32_t FoldedText::OriginOf(size_t byte) const {
  const auto next = std::upper_bound(
      anchors.begin(), anchors.end(), byte,
      [](size_t at, const Anchor& anchor) { return at < anchor.byte; });
  const Anchor anchor = next == anchors.begin() ? Anchor{} : next[-1];
  if (anchor.fixed) return anchor.code_point;
  // The code points that begin after the anchor's own, up to `byte`.
  uint32_t begun = 0;
  for (size_t i = anchor.byte + 1; i <= byte; ++i) {
    begun += i == bytes.size() || (bytes[i] & 0xc0) != 0x80;
  }
  return anchor.code_point + begun;
}

void FoldedText::Origins(std::vector<uint32_t>& origins) const {
  origins.resize(bytes.size() + 1);
  Anchor anchor;
  size_t i = 0;
  for (auto next = anchors.begin(); i < bytes.size();) {
    const size_t end = next == anchors.end() ? bytes.size() : next->byte;
    uint32_t origin = anchor.code_point;
    for (const size_t first = i; i < end; ++i) {
      const bool begins = (bytes[i] & 0xc0) != 0x80;
      origin += begins && i > first && !anchor.fixed;
      origins[i] = origin;
    }
    if (next != anchors.end()) anchor = *next++;
  }
  origins[bytes.size()] = code_points;
}

bool FoldedText::Back::JoinedAt(size_t byte) const {
  return byte > 0 && byte < bytes_.size() &&
         AreJoined(static_cast<uint8_t>(bytes_[byte - 1]),
                   static_cast<uint8_t>(bytes_[byte]));
}

FoldTable::FoldTable() : tables_(BuildFoldTables()) {}
FoldTable::~FoldTable() = default;

const FoldTable& FoldTable::Shared() {
  static const FoldTable* const table = new FoldTable;  // Never destroyed.
  return *table;
}

bool FoldTable::Fold(absl::string_view text, FoldedText& folded) const {
  return Pass(*tables_, text, folded).Run();
}

bool FoldTable::Fold(absl::string_view text, std::string& folded) const {
  FoldedText whole;
  const bool valid = Fold(text, whole);
  folded = std::move(whole.bytes);
  return valid;
}

char32_t FoldTable::SimplifiedNumeral(char32_t c) const {
  const auto found = tables_->numerals.find(c);
  return found == tables_->numerals.end() ? c : found->second;
}

}  // namespace sluice::rules
