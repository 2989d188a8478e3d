#include "rules/pack/reply_phrase.h"

#include <cstddef>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

// As filter/policy/phrase.h has it.
constexpr size_t kGapsMax = 3;

}  // namespace

std::optional<Both> FaultOfReplyWord(absl::string_view word,
                                     ReplySyntax syntax) {
  const bool begins = absl::ConsumePrefix(&word, "^");
  if (begins && syntax != ReplySyntax::kGapsOrWhole) {
    return SayBoth(
        "这里的词不能写 ^：整条回复才算的词请写进 reply_contains，如 "
        "^不要$$",
        "'^' is not allowed here: a word that must be the whole "
        "reply belongs in reply_contains, as ^不要$$");
  }
  if (begins && !absl::ConsumeSuffix(&word, "$")) {
    return SayBoth(
        "有 ^ 就须以 $$ 结尾：整条回复才算请写 ^不要$$，否则请删去 ^",
        "'^' needs a '$$' at the end: write ^不要$$ for a whole "
        "reply, or leave ^ out");
  }
  if (begins && FoldWord(word).empty()) {
    return SayBoth("^ 和 $$ 之间没有词",
                   "there is no word between '^' and '$$'");
  }
  if (!absl::StrContains(word, "…")) return std::nullopt;
  if (begins || syntax == ReplySyntax::kPlain) {
    return SayBoth(
        "这里的词不能写“…”：中间可有几个字的词请写进 reply_contains，"
        "如 别…发",
        "'…' is not allowed here: a word with some characters in "
        "between belongs in reply_contains, as 别…发");
  }
  if (absl::StrContains(word, "……")) {
    return SayBoth("“……”请只写一个“…”，它代表同一句中的最多 8 个字",
                   "of '……' write one '…', which stands for up to 8 characters "
                   "of a clause");
  }
  const std::vector<absl::string_view> pieces = absl::StrSplit(word, "…");
  for (const absl::string_view piece : pieces) {
    if (!FoldWord(piece).empty()) continue;
    return SayBoth("“…”两边都须有词：开头和结尾的请删去",
                   "a word is needed on both sides of '…': leave it out at an "
                   "end");
  }
  if (pieces.size() > kGapsMax + 1) {
    return SayBoth("最多 $0 个“…”", "at most $0 '…' are allowed", kGapsMax);
  }
  return std::nullopt;
}

}  // namespace sluice::rules
