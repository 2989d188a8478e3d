#pragma once

// Folding: spells one text one way, so that 發票, ＦＡ票 and 发\u200b票 meet
// the same word. One pass through a code point table that is built at start-up
// from ICU (compatibility, case, width) and OpenCC (traditional to simplified),
// with the way back to the submitted text. README.md lists the folded form of
// each kind of character.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/fold/mark.h"

namespace sluice::rules {

struct FoldTables;

// A text, folded. Reuse one per thread: it keeps its buffers.
struct FoldedText {
  // Where `bytes` and the submitted text stop going in step: from `byte` on,
  // the code points of `bytes` stem one by one from those of the submitted text
  // from `code_point` on; or, when `fixed`, all of them from that one.
  struct Anchor {
    uint32_t byte = 0;
    uint32_t code_point = 0;
    bool fixed = false;
  };

  std::string bytes;  // UTF-8, always valid.
  // By `byte`, ascending; none when the texts go in step from the first byte.
  std::vector<Anchor> anchors;
  uint32_t code_points = 0;  // Of the submitted text.
  // The first code point of the submitted text that is IsControl().
  std::optional<uint32_t> control;

  // The code point of the submitted text that byte `byte` of `bytes` stems
  // from; for bytes.size(), the number of code points submitted. A stretch of
  // `bytes` [b, e), not empty, stems from [OriginOf(b), OriginOf(e - 1) + 1).
  uint32_t OriginOf(size_t byte) const;

  // OriginOf of every byte and of the end, replacing what `origins` held.
  void Origins(std::vector<uint32_t>& origins) const;

  // How matchers look at a text; the same as Spelling's.
  class Back {
   public:
    Back(const FoldedText& text, std::vector<uint32_t>& origins)
        : bytes_(text.bytes), origins_(origins) {
      text.Origins(origins);
    }
    bool JoinedAt(size_t byte) const;
    bool Fits(size_t, absl::Span<const Mark>) const { return true; }
    absl::string_view ForRegexes(std::string&) const { return bytes_; }
    uint32_t BeginOf(size_t begin) const { return origins_[begin]; }
    uint32_t EndOf(size_t end) const { return origins_[end - 1] + 1; }

   private:
    absl::string_view bytes_;
    const std::vector<uint32_t>& origins_;
  };
  // `origins` is working space that must outlive it.
  Back WayBack(std::vector<uint32_t>& origins) const {
    return Back(*this, origins);
  }
};

class FoldTable {
 public:
  // The table all rule sets use; built at the first call (0.3 s). Any thread.
  // Ends the program when ICU's or OpenCC's data files are not installed.
  static const FoldTable& Shared();

  // Folds `text` into `folded`, replacing what it held. Returns false, with
  // `folded` empty, when `text` is not valid UTF-8; this is the one place where
  // a message's UTF-8 is checked and its controls are found.
  bool Fold(absl::string_view text, FoldedText& folded) const;

  // The same for callers who need the bytes only.
  bool Fold(absl::string_view text, std::string& folded) const;

  // The simplified form of a Chinese numeral, of which folding makes a digit:
  // 贰 of 貳 and 贰. Other characters as they are. Slow.
  char32_t SimplifiedNumeral(char32_t c) const;

  FoldTable(const FoldTable&) = delete;
  FoldTable& operator=(const FoldTable&) = delete;

 private:
  FoldTable();
  ~FoldTable();
  std::unique_ptr<const FoldTables> tables_;
};

}  // namespace sluice::rules
