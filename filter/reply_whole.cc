#include "filter/reply_whole.h"

#include <cstdint>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "rules/base/characters.h"

namespace sluice::filter {
namespace {

// "Reply" and "send", before the word. Folded.
constexpr absl::string_view kLeading[] = {"请回复", "回复", "回覆", "答复",
                                          "答覆",   "回个", "发送", "发个",
                                          "回",     "复",   "发"};

// Right behind a letter that refuses: R我不买. A noun there makes another word
// of it: T恤.
constexpr absl::string_view kAfterLetter[] = {"我", "你", "不", "别",
                                              "请", "勿", "再", "谢"};

// In which ways the reply can be read up to a place. Bits of Way.
enum Way : uint8_t {
  kPlain = 1,  // Courtesies only.
  kDigits = 2,
  kWord = 4,
  kWordInDoubt = 8,
};

// A text as a sequence of words: which of its places are reached from the
// beginning. Each place is looked at once, and each word has a bounded size.
class WordSequence {
 public:
  explicit WordSequence(const SqueezedText& text)
      : text_(text), places_(text.size() + 1) {
    places_[0].ways = kPlain;
  }

  const SqueezedText& text() const { return text_; }
  uint8_t ways(size_t at) const { return places_[at].ways; }
  uint8_t end() const { return places_.back().ways; }
  const std::string& word() const { return *places_.back().word; }

  // Takes `word` at `at`, once or repeated; its letters may be repeated as
  // well: STOPPP. `next` turns the ways to `at` into those behind it.
  template <typename Next>
  void Take(size_t at, const std::string& word, bool is_refusal, Next next) {
    const absl::string_view bytes = text_.bytes;
    if (!CanBegin(at, word)) return;
    for (size_t end = at; const size_t size = SizeAt(end, word);) {
      end += size;
      const bool digits_follow = is_refusal && end < text_.size() &&
                                 IsDigit(static_cast<uint8_t>(bytes[end]));
      if (text_.IsWordEdge(end) || digits_follow) {
        Reach(at, end, next(ways(at)), is_refusal ? &word : nullptr);
        // Repeated letters have no edges between them: TDTD.
        if (text_.IsWordEdge(end)) break;
      }
    }
  }

  // Takes a number: of digits with any gaps.
  void TakeDigits(size_t at) {
    size_t end = at;
    while (end < text_.size() &&
           IsDigit(static_cast<uint8_t>(text_.bytes[end]))) {
      ++end;
    }
    if (end == at) return;
    const uint8_t from = ways(at);
    Reach(at, end,
          static_cast<uint8_t>(
              ((from & (kPlain | kDigits)) != 0 ? kDigits : 0) |
              ((from & (kWord | kWordInDoubt)) != 0 ? kWordInDoubt : 0)),
          nullptr);
  }

 private:
  struct Place {
    uint8_t ways = 0;
    const std::string* word = nullptr;  // The first one on the way here.
  };

  // The bytes that `word` takes at `at`; 0: it does not stand there.
  size_t SizeAt(size_t at, absl::string_view word) const {
    const absl::string_view bytes = text_.bytes;
    size_t end = at;
    for (size_t i = 0; i < word.size(); ++i) {
      if (end == bytes.size() || bytes[end] != word[i]) return 0;
      ++end;
      const bool repeats = i + 1 < word.size() && word[i + 1] == word[i];
      if (repeats || word.size() == 1 || !IsAsciiAlnumAt(word, i)) continue;
      while (end < bytes.size() && bytes[end] == word[i] &&
             text_.gaps[end] == Gap::kNone) {
        ++end;
      }
    }
    return end - at;
  }

  // A word of several letters may stand right behind a number.
  bool CanBegin(size_t at, absl::string_view word) const {
    return text_.IsWordEdge(at) ||
           (word.size() > 1 &&
            IsDigit(static_cast<uint8_t>(text_.bytes[at - 1])));
  }

  void Reach(size_t from, size_t to, uint8_t ways, const std::string* word) {
    Place& place = places_[to];
    place.ways |= ways;
    if (place.word != nullptr) return;
    place.word = places_[from].word != nullptr ? places_[from].word : word;
  }

  const SqueezedText& text_;
  std::vector<Place> places_;
};

uint8_t BehindCourtesy(uint8_t ways) { return ways; }

uint8_t BehindWord(uint8_t ways) {
  return static_cast<uint8_t>(
      ((ways & (kPlain | kWord)) != 0 ? kWord : 0) |
      ((ways & (kDigits | kWordInDoubt)) != 0 ? kWordInDoubt : 0));
}

uint8_t BehindDoubt(uint8_t) { return kWordInDoubt; }

const std::vector<std::string>& Leading() {
  static const auto& leading =
      *new std::vector<std::string>(std::begin(kLeading), std::end(kLeading));
  return leading;
}

void TakeCourtesies(const Wordings& wordings, size_t at,
                    WordSequence& sequence) {
  for (const std::string& leading : Leading()) {
    sequence.Take(at, leading, /*is_refusal=*/false, BehindCourtesy);
  }
  for (const Phrase& courtesy : wordings.courtesies) {
    sequence.Take(at, courtesy.pieces.front().bytes, /*is_refusal=*/false,
                  BehindCourtesy);
  }
}

// Whether the single letter at `at` is set off from what follows.
bool IsSetOff(const SqueezedText& text, size_t at) {
  const size_t end = at + 1;
  if (end >= text.size()) return false;
  if (text.gaps[end] == Gap::kBreak) return true;
  if (IsAsciiAlnumAt(text.bytes, end)) return false;
  return text.gaps[end] == Gap::kGap ||
         absl::c_any_of(kAfterLetter, [&](absl::string_view word) {
           return absl::StartsWith(absl::string_view(text.bytes).substr(end),
                                   word);
         });
}

bool EndsSetOff(const SqueezedText& text) {
  const size_t at = text.size() - 1;
  return text.gaps[at] == Gap::kBreak ||
         (text.gaps[at] == Gap::kGap && !IsAsciiAlnumAt(text.bytes, at - 1));
}

}  // namespace

WholeReading ReadWhole(const Wordings& wordings, const ReplyWords& words,
                       const SqueezedText& text) {
  WordSequence sequence(text);
  for (size_t at = 0; at < text.size(); ++at) {
    if (sequence.ways(at) == 0) continue;
    TakeCourtesies(wordings, at, sequence);
    sequence.TakeDigits(at);
    const bool negated = words.IsNegated(at);
    const absl::string_view before =
        absl::string_view(text.bytes).substr(0, at);
    for (const Phrase& word : wordings.whole_in_doubt) {
      const std::string& bytes = word.pieces.front().bytes;
      if (words.IsInOtherWord(at)) break;
      // 不要不要 says it twice.
      if (negated && !absl::EndsWith(before, bytes)) continue;
      sequence.Take(at, bytes, /*is_refusal=*/true, BehindDoubt);
    }
    if (negated) continue;
    for (const Phrase& word : wordings.reply_words) {
      sequence.Take(at, word.pieces.front().bytes, /*is_refusal=*/true,
                    BehindWord);
    }
    for (const std::string& wording : wordings.accepted) {
      sequence.Take(at, wording, /*is_refusal=*/true, BehindWord);
    }
  }
  using Kind = WholeReading::Kind;
  if ((sequence.end() & kWord) != 0) return {Kind::kCertain, sequence.word()};
  if ((sequence.end() & kWordInDoubt) != 0) {
    return {Kind::kDoubt, sequence.word()};
  }
  return {};
}

std::string AskedWordIn(const Wordings& wordings,
                        absl::Span<const std::string> asked,
                        const SqueezedText& text) {
  if (asked.empty()) return {};
  WordSequence sequence(text);
  for (size_t at = 0; at < text.size(); ++at) {
    if (sequence.ways(at) == 0) continue;
    TakeCourtesies(wordings, at, sequence);
    for (const std::string& word : asked) {
      if (word.empty()) continue;
      sequence.Take(at, word, /*is_refusal=*/true, BehindWord);
    }
  }
  return (sequence.end() & kWord) != 0 ? sequence.word() : std::string();
}

std::string LetterAtEdge(const Wordings& wordings, const ReplyWords& words,
                         const SqueezedText& text) {
  for (const Phrase& phrase : wordings.reply_words) {
    const std::string& word = phrase.pieces.front().bytes;
    if (word.size() != 1 || text.empty()) continue;
    if (text.bytes.front() == word[0] && IsSetOff(text, 0)) return word;
    const size_t last = text.size() - 1;
    if (text.bytes[last] == word[0] && EndsSetOff(text) &&
        !words.IsNegated(last)) {
      return word;
    }
  }
  return {};
}

}  // namespace sluice::filter
