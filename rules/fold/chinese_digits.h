#pragma once

// Folding makes digits of 一, 二 and 陆. That is right for numbers; in "张三
// 13800138000" and "登陆www.example.com" it joins a word and the number or host
// name behind it. These functions separate them again.

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/fold/fold.h"
#include "rules/fold/text_runs.h"

namespace sluice::rules {

// Puts the bytes of `folded` that are digits and were Chinese in `submitted`
// into `digits`, ascending: of those runs where it matters, because they are
// long or may be a part of a link. `runs` are those of `folded`; `origins` is
// scratch.
void FindChineseDigits(const FoldedText& folded, absl::string_view submitted,
                       const std::vector<TextRun>& runs,
                       std::vector<uint32_t>& origins,
                       std::vector<uint32_t>& digits);

// Removes `digits` from `runs` where they are words: at the ends of a run that
// is otherwise ASCII, unless all of it is as long as a phone number; and one or
// two of them that stand beside letters but within no host name.
void CutChineseDigits(absl::string_view text,
                      const std::vector<uint32_t>& digits,
                      std::vector<TextRun>& runs);

}  // namespace sluice::rules
