#include "filter/reply_words.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace sluice::filter {
namespace {

// Chinese has no spaces: 不要发票 is no 不要发, 麻烦您 no 烦 and 特别 no 别.
// Folded words in which a short word of a pack has another meaning.
constexpr absl::string_view kOtherWords[] = {
    "发票",   "发货",     "发烧",      "发热",   "发炎",   "发生",   "发呆",
    "发愁",   "发誓",     "发火",      "发芽",   "发育",   "发放",   "发车",
    "麻烦",   "烦请",     "烦您",      "烦劳",   "烦恼",   "特别",   "分别",
    "别人",   "别的",     "级别",      "性别",   "区别",   "类别",   "识别",
    "个别",   "别墅",     "告别",      "离别",   "差别",   "鉴别",   "滚动",
    "滚筒",   "滚轮",     "翻滚",      "滚烫",   "打滚",   "摇滚",   "滚珠",
    "退款",   "退货",     "退钱",      "退票",   "退回",   "退房",   "退税",
    "退换",   "退费",     "报警器",    "停车",   "发顺丰", "发快递", "发圆通",
    "发中通", "发物流",   "头发",      "沙发",   "理发",   "出发",   "开发",
    "批发",   "滚滚而来", "财源滚滚",  "不麻烦", "不辛苦", "滚装",   "滚刀",
    "别忘",   "发错",     "nomorethan"};

constexpr absl::string_view kNot = "不";
// Before 不 they turn it around: 不得不.
constexpr absl::string_view kTurning[] = {"不得", "不能", "不可", "无法"};
// A phrase that says "do not" itself is not negated by a bare 不 before it:
// 要不 别发了.
constexpr absl::string_view kProhibiting[] = {"别", "勿", "请勿", "不"};

// The character that ends at `at`; empty at the beginning.
absl::string_view CharacterBefore(absl::string_view text, size_t at) {
  size_t begin = at;
  while (begin > 0 && (text[--begin] & 0xc0) == 0x80) continue;
  return text.substr(begin, at - begin);
}

// Whether the 不 at `at` asks, between a word and its repetition: 是不是,
// 退不退.
bool Asks(absl::string_view text, size_t at) {
  const size_t behind = at + kNot.size();
  if (at == 0 || behind >= text.size()) return false;
  return CharacterBefore(text, at) ==
         text.substr(behind, CharacterSize(text, behind));
}

bool IsTurnedAround(absl::string_view text, size_t at) {
  return absl::c_any_of(kTurning, [&](absl::string_view turning) {
    return absl::EndsWith(text.substr(0, at), turning);
  });
}

}  // namespace

ReplyWords::ReplyWords(const Wordings& wordings, const SqueezedText& text)
    : wordings_(wordings),
      text_(text),
      in_other_word_(text.size()),
      negated_at_(text.size()) {
  for (const absl::string_view other : kOtherWords) {
    const std::string word(other);
    for (size_t at = text.bytes.find(word); at != std::string::npos;
         at = text.bytes.find(word, at + word.size())) {
      std::fill_n(in_other_word_.begin() + static_cast<ptrdiff_t>(at),
                  word.size(), true);
    }
  }
}

bool ReplyWords::IsNegated(size_t at) const {
  if (text_.gaps[at] == Gap::kBreak) return false;
  const absl::string_view text = text_.bytes;
  const bool prohibits = absl::c_any_of(kProhibiting, [&](auto word) {
    return absl::StartsWith(text.substr(at), word);
  });
  return absl::c_any_of(wordings_.negations, [&](const Phrase& negation) {
    const Phrase::Piece& piece = negation.pieces.front();
    if (piece.bytes.size() > at) return false;
    const size_t begin = at - piece.bytes.size();
    if (!StandsAt(text_, piece, begin) || in_other_word_[begin]) return false;
    if (prohibits && piece.bytes == kNot) return false;
    for (size_t i = begin + 1; i < at; ++i) {
      if (text_.gaps[i] == Gap::kBreak) return false;
    }
    if (!absl::StartsWith(piece.bytes, kNot)) return true;
    return !Asks(text, begin) && !IsTurnedAround(text, begin);
  });
}

bool ReplyWords::IsPartOfOtherWord(const PhraseMatch& match) const {
  const auto is_marked = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      if (in_other_word_[i]) return true;
    }
    return false;
  };
  size_t begin = match.begin;
  for (const auto& [gap_begin, gap_end] : match.gaps) {
    if (is_marked(begin, gap_begin)) return true;
    begin = gap_end;
  }
  return is_marked(begin, match.end);
}

bool ReplyWords::ReachesOverNegated(const PhraseMatch& match) const {
  return absl::c_any_of(match.gaps, [&](const auto& gap) {
    for (size_t i = gap.first; i < gap.second; ++i) {
      if (negated_at_[i]) return true;
    }
    return false;
  });
}

const Phrase* ReplyWords::Find(const std::vector<Phrase>& phrases,
                               size_t from) {
  PhraseMatch match;
  // Words in one piece first: they tell which negated ones the others must not
  // reach over.
  for (const bool in_pieces : {false, true}) {
    for (const Phrase& phrase : phrases) {
      if ((phrase.pieces.size() > 1) != in_pieces) continue;
      for (size_t at = from; FindPhrase(text_, phrase, at, text_.size(), match);
           at = match.begin + 1) {
        if (IsPartOfOtherWord(match) || ReachesOverNegated(match)) continue;
        if (!IsNegated(match.begin)) return &phrase;
        if (!in_pieces) negated_at_[match.begin] = true;
        if (negated_ == nullptr) negated_ = &phrase;
      }
    }
  }
  return nullptr;
}

const Phrase* ReplyWords::FindAny(const std::vector<Phrase>& phrases) const {
  PhraseMatch match;
  for (const Phrase& phrase : phrases) {
    for (size_t at = 0; FindPhrase(text_, phrase, at, text_.size(), match);
         at = match.begin + 1) {
      if (!IsPartOfOtherWord(match)) return &phrase;
    }
  }
  return nullptr;
}

}  // namespace sluice::filter
