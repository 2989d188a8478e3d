#include "filter/policy/asked_words.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "filter/policy/phrase.h"

namespace sluice::filter {
namespace {

constexpr size_t kWordSizeMax = 6;

// "Answer with", folded; the longest first.
constexpr absl::string_view kVerbs[] = {"回复", "发送", "编辑",  "输入",
                                        "回",   "发",   "reply", "respond",
                                        "text", "txt",  "send"};
// Between the verb and the word.
constexpr absl::string_view kFillers[] = {"大写", "小写", "短信", "字母",
                                          "数字", "内容", "信息", "代码",
                                          "with", "back"};
// Between two words that are asked for: 回复Y或N.
constexpr absl::string_view kOr[] = {"或者", "或", "及", "和", "or"};
// Right behind a letter that is part of a thing: 发T恤.
constexpr absl::string_view kThings[] = {"恤", "台", "型", "级", "形"};
// Beside a word they say nothing of its meaning.
constexpr absl::string_view kMeaningless[] = {
    "请", "可", "直接", "立即", "马上", "您", "你",   "即可", "就可", "以",
    "至", "到", "短信", "信息", "本",   "此", "如需", "需",   "now",  "to"};
// They refuse messages, and anything else with another object: 取消预约.
constexpr absl::string_view kStopping[] = {"取消", "停止", "关闭", "cancel"};
constexpr absl::string_view kMessages[] = {
    "短信", "信息",    "消息", "接收",  "订阅", "推送",        "提醒",
    "此类", "该类",    "广告", "发送",  "服务", "收看",        "收听",
    "定制", "message", "text", "alert", "sms",  "subscription"};

// A stretch of the squeezed text.
struct Stretch {
  size_t begin = 0;
  size_t end = 0;
};

// One verb with its words. The verb is empty where an earlier one is meant: N
// of 满意回Y，不满意N.
struct Ask {
  Stretch verb;
  std::vector<Stretch> words;
  size_t end() const { return words.back().end; }
};

bool StartsAt(const SqueezedText& text, size_t at, absl::string_view word) {
  return absl::StartsWith(absl::string_view(text.bytes).substr(at), word) &&
         text.IsWordEdge(at) && text.IsWordEdge(at + word.size());
}

template <typename Words>
size_t SizeOfAnyAt(const SqueezedText& text, size_t at, const Words& words) {
  for (const absl::string_view word : words) {
    if (StartsAt(text, at, word)) return word.size();
  }
  return 0;
}

// The end of the letters and digits from `at` on.
size_t RunEnd(const SqueezedText& text, size_t at) {
  size_t end = at;
  while (IsAsciiAlnumAt(text.bytes, end) &&
         (end == at || text.gaps[end] == Gap::kNone)) {
    ++end;
  }
  return end;
}

bool IsWord(const SqueezedText& text, const Stretch& word, size_t size_max) {
  const size_t size = word.end - word.begin;
  return size > 0 && size <= size_max &&
         SizeOfAnyAt(text, word.end, kThings) == 0;
}

// The words from `at` on that one verb asks for: Y, Y或N, 1/2.
std::vector<Stretch> WordsAt(const SqueezedText& text, size_t at,
                             size_t size_max) {
  std::vector<Stretch> words;
  while (at < text.size()) {
    const Stretch word = {at, RunEnd(text, at)};
    if (!IsWord(text, word, size_max)) break;
    words.push_back(word);
    at = word.end;
    const size_t link = SizeOfAnyAt(text, at, kOr);
    if (link == 0 && text.gaps[at] != Gap::kGap) break;
    at += link;
    // Letters only: 回TD vip.com asks for one word.
    if (link == 0 && word.end - word.begin > 1) break;
    size_max = link == 0 ? 1 : kWordSizeMax;
  }
  return words;
}

// Words without a verb are asked for at the end of a short clause behind one
// that asks: 不满意N; in English at its beginning: "N to cancel".
bool IsAskedAgain(const SqueezedText& text, const Stretch& word) {
  constexpr size_t kClauseBytesMax = 24;
  constexpr absl::string_view kPurpose[] = {"to", "for", "if"};
  if (text.gaps[word.begin] == Gap::kBreak) {
    return SizeOfAnyAt(text, word.end, kPurpose) > 0;
  }
  if (text.gaps[word.end] != Gap::kBreak) return false;
  size_t begin = word.begin;
  while (text.gaps[begin] != Gap::kBreak) --begin;
  return word.begin - begin <= kClauseBytesMax &&
         !IsAsciiAlnumAt(text.bytes, word.begin - 1);
}

// Everything that the text asks for, in order.
std::vector<Ask> AsksIn(const SqueezedText& text) {
  std::vector<Ask> asks;
  for (size_t at = 0; at < text.size();) {
    const size_t verb = SizeOfAnyAt(text, at, kVerbs);
    if (verb == 0) {
      const Stretch word = {at, RunEnd(text, at)};
      const size_t size = word.end - word.begin;
      if (size == 1 && !asks.empty() && IsAskedAgain(text, word)) {
        asks.push_back({{at, at}, {word}});
      }
      at += std::max(size, CharacterSize(text.bytes, at));
      continue;
    }
    Ask ask = {{at, at + verb}, {}};
    at += verb;
    while (const size_t filler = SizeOfAnyAt(text, at, kFillers)) at += filler;
    // 出发 and its like end as well: only a letter or two can be asked for.
    const bool short_only = ask.verb.end - ask.verb.begin == 3 &&
                            StartsAt(text, ask.verb.begin, "发");
    ask.words = WordsAt(text, at, short_only ? 2 : kWordSizeMax);
    if (ask.words.empty()) continue;
    at = ask.end();
    asks.push_back(std::move(ask));
  }
  return asks;
}

Stretch ClauseAround(const SqueezedText& text, const Ask& ask) {
  Stretch clause = {ask.verb.begin, ask.end()};
  while (clause.begin > 0 && text.gaps[clause.begin] != Gap::kBreak) {
    --clause.begin;
  }
  while (text.gaps[clause.end] != Gap::kBreak) ++clause.end;
  return clause;
}

// Whether anything in the stretch says what a word is for.
bool SaysSomething(const SqueezedText& text, Stretch part) {
  while (part.begin < part.end) {
    size_t size = SizeOfAnyAt(text, part.begin, kMeaningless);
    if (size == 0) size = RunEnd(text, part.begin) - part.begin;
    if (size == 0) return true;
    const bool letters = IsAsciiAlnumAt(text.bytes, part.begin) &&
                         !absl::ascii_isdigit(static_cast<unsigned char>(
                             text.bytes[part.begin]));
    if (letters && SizeOfAnyAt(text, part.begin, kMeaningless) == 0) {
      return true;
    }
    part.begin += size;
  }
  return false;
}

// Reads what the clauses around words say of refusing.
class Purposes {
 public:
  Purposes(const Wordings& wordings, const SqueezedText& text)
      : wordings_(wordings), text_(text) {}

  // `alone`: nothing else was asked for before. Behind 回Y确认, 回N取消 does
  // not speak of messages.
  bool Refuses(const Stretch& part, bool alone) const {
    return HasRefusal(part) || StopsMessages(part, alone);
  }

 private:
  bool Has(const std::vector<Phrase>& phrases, const Stretch& part,
           size_t size_min) const {
    PhraseMatch match;
    return absl::c_any_of(phrases, [&](const Phrase& phrase) {
      const bool stops = absl::c_linear_search(kStopping, phrase.shown);
      return !stops && phrase.shown.size() >= size_min &&
             FindPhrase(text_, phrase, part.begin, part.end, match);
    });
  }

  // Letters such as R mean what the words beside them say, and the shortest
  // words that refuse as a whole reply, such as 不要, also stand in 不要错过.
  bool HasRefusal(const Stretch& part) const {
    return Has(wordings_.reply_words, part, /*size_min=*/4) ||
           Has(wordings_.reply_contains, part, /*size_min=*/4) ||
           Has(wordings_.whole_in_doubt, part, /*size_min=*/9) ||
           IsOneOf(wordings_.whole_in_doubt, part);
  }

  bool IsOneOf(const std::vector<Phrase>& phrases, const Stretch& part) const {
    const absl::string_view said =
        absl::string_view(text_.bytes)
            .substr(part.begin, part.end - part.begin);
    return absl::c_any_of(
        phrases, [&](const Phrase& phrase) { return phrase.shown == said; });
  }

  bool StopsMessages(const Stretch& part, bool alone) const {
    const absl::string_view said =
        absl::string_view(text_.bytes).substr(0, part.end);
    return absl::c_any_of(kStopping, [&](absl::string_view stopping) {
      const size_t at = said.find(stopping, part.begin);
      if (at == absl::string_view::npos) return false;
      const Stretch object = {at + stopping.size(), part.end};
      return (alone && !SaysSomething(text_, object)) ||
             absl::c_any_of(kMessages, [&](absl::string_view word) {
               return absl::StrContains(said.substr(object.begin), word);
             });
    });
  }

  const Wordings& wordings_;
  const SqueezedText& text_;
};

// The stretches that say what each ask of a text is for.
class AskReader {
 public:
  AskReader(const SqueezedText& text, const std::vector<Ask>& asks)
      : text_(text), asks_(asks) {}

  // Up to two: before and behind the words. Where several are asked for in one
  // clause, 满意回Y不满意回N or 回Y满意回N不满意, the first tells on which side
  // their meaning stands.
  std::vector<Stretch> Around(size_t index) const {
    const Ask& ask = asks_[index];
    const Stretch clause = ClauseAround(text_, ask);
    Stretch before = {clause.begin, ask.verb.begin};
    Stretch behind = {ask.end(), clause.end};
    const bool shares_before =
        index > 0 && asks_[index - 1].end() > clause.begin;
    const bool shares_behind =
        index + 1 < asks_.size() && asks_[index + 1].verb.begin < clause.end;
    if (shares_before) before.begin = asks_[index - 1].end();
    if (shares_behind) behind.end = asks_[index + 1].verb.begin;
    std::vector<Stretch> said;
    const bool behind_only = shares_before && MeaningIsBehind(index, clause);
    const bool before_only = shares_behind && SaysSomething(text_, before);
    if (!behind_only && SaysSomething(text_, before)) said.push_back(before);
    if (!before_only && SaysSomething(text_, behind)) said.push_back(behind);
    if (said.empty() && clause.begin > 0 && !shares_before) {
      const Stretch earlier = ClauseBefore(clause.begin);
      if (SaysSomething(text_, earlier)) said.push_back(earlier);
    }
    return said;
  }

 private:
  // Whether the first ask of the clause has nothing before it.
  bool MeaningIsBehind(size_t index, const Stretch& clause) const {
    while (index > 0 && asks_[index - 1].end() > clause.begin) --index;
    return !SaysSomething(text_, {clause.begin, asks_[index].verb.begin});
  }

  Stretch ClauseBefore(size_t end) const {
    size_t begin = end - 1;
    while (begin > 0 && text_.gaps[begin] != Gap::kBreak) --begin;
    return {begin, end};
  }

  const SqueezedText& text_;
  const std::vector<Ask>& asks_;
};

// Most texts ask for nothing: no letter or digit stands near a verb.
bool MayAsk(absl::string_view folded) {
  constexpr size_t kNear = 16;
  constexpr absl::string_view kFirst[] = {
      "回", "发", "编辑", "输入", "reply", "text", "txt", "respond", "send"};
  return absl::c_any_of(kFirst, [&](absl::string_view verb) {
    for (size_t at = folded.find(verb); at != absl::string_view::npos;
         at = folded.find(verb, at + verb.size())) {
      const absl::string_view behind = folded.substr(at + verb.size(), kNear);
      if (absl::c_any_of(
              behind, [](unsigned char c) { return absl::ascii_isalnum(c); })) {
        return true;
      }
    }
    return false;
  });
}

// Whether `word` says itself that it refuses, as STOP does and T does not.
bool SpeaksForItself(const AskedWord& word) {
  return word.refuses && word.word.size() > 2;
}

// Whether words that speak for themselves are meant otherwise: in Chinese, or
// where they stop something else ("CANCEL to cancel your order").
bool GivesOtherMeaning(const SqueezedText& text, const Stretch& part) {
  const absl::string_view said =
      absl::string_view(text.bytes).substr(part.begin, part.end - part.begin);
  constexpr absl::string_view kCancel = "cancel";
  const size_t at = said.find(kCancel);
  const bool cancels =
      at != absl::string_view::npos &&
      SaysSomething(text, {part.begin + at + kCancel.size(), part.end});
  return cancels ||
         absl::c_any_of(said, [](char c) { return (c & 0x80) != 0; });
}

AskedWord WordAt(const Wordings& wordings, const SqueezedText& text,
                 const Stretch& at) {
  AskedWord asked = {text.bytes.substr(at.begin, at.end - at.begin),
                     text.origins[at.begin], text.origins[at.end - 1] + 1};
  asked.refuses =
      absl::c_any_of(wordings.reply_words, [&](const Phrase& phrase) {
        return phrase.pieces.front().bytes == asked.word;
      });
  return asked;
}

}  // namespace

std::vector<AskedWord> FindAskedWords(const Wordings& wordings,
                                      absl::string_view folded) {
  if (!MayAsk(folded)) return {};
  const SqueezedText text = Squeeze(folded);
  const std::vector<Ask> asks = AsksIn(text);
  const AskReader reader(text, asks);
  const Purposes purposes(wordings, text);
  std::vector<AskedWord> found;
  for (size_t i = 0; i < asks.size(); ++i) {
    const std::vector<Stretch> said = reader.Around(i);
    const bool refuses = absl::c_any_of(said, [&](const Stretch& part) {
      return purposes.Refuses(part, /*alone=*/found.empty());
    });
    if (said.empty() || refuses) continue;
    const bool other = absl::c_any_of(said, [&](const Stretch& part) {
      return GivesOtherMeaning(text, part);
    });
    for (const Stretch& at : asks[i].words) {
      AskedWord word = WordAt(wordings, text, at);
      if (other || !SpeaksForItself(word)) found.push_back(std::move(word));
    }
  }
  return found;
}

}  // namespace sluice::filter
