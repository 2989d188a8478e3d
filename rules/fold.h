#pragma once

// Folding: spells one text one way, so that 發票, ＦＡ票 and 发\u200b票 meet the
// same word. One pass through a code point table that is built at start-up from
// ICU (compatibility, case, width) and OpenCC (traditional to simplified), with
// the way back to the submitted text.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluice::rules {

// A text, folded. Reuse one per thread: it keeps its buffers.
struct FoldedText {
  std::string bytes;  // UTF-8, always valid.
  // For each byte of `bytes`: the code point of the submitted text it stems
  // from; one more element at the end: the number of code points submitted.
  std::vector<uint32_t> origin;
  uint32_t code_points = 0;  // Of the submitted text.
};

class FoldTable {
 public:
  // The table all rule sets use; built at the first call (0.3 s). Any thread.
  static const FoldTable& Shared();

  // Folds `text` into `folded`, replacing what it held. Returns false, with
  // `folded` empty, when `text` is not valid UTF-8; this is the one place where
  // a message's UTF-8 is checked.
  bool Fold(absl::string_view text, FoldedText& folded) const;

  FoldTable(const FoldTable&) = delete;
  FoldTable& operator=(const FoldTable&) = delete;

 private:
  FoldTable();
  ~FoldTable();
  struct Tables;
  std::unique_ptr<const Tables> tables_;
};

}  // namespace sluice::rules
