#include "filter/reply.h"

#include <algorithm>
#include <utility>

#include "filter/policy/asked_words.h"
#include "filter/reply_text.h"
#include "filter/reply_whole.h"
#include "filter/reply_words.h"
#include "rules/fold/fold.h"

namespace sluice::filter {
namespace {

ReplyMeaning Refusal(std::string word) {
  return {.reading = ReplyReading::kRefusal, .word = std::move(word)};
}

ReplyMeaning LikelyRefusal(std::string word) {
  return {.reading = ReplyReading::kLikelyRefusal,
          .review = true,
          .word = std::move(word)};
}

// The surest reading of the reply as a whole, with and without what may be a
// quotation or a phone's signature.
WholeReading ReadWholeOf(const Wordings& wordings, const ReplyText& reply) {
  WholeReading best;
  for (const SqueezedText* text : {&reply.bare, &reply.own, &reply.all}) {
    const WholeReading reading =
        ReadWhole(wordings, ReplyWords(wordings, *text), *text);
    if (reading.kind > best.kind) best = reading;
  }
  return best;
}

// What the words inside the reply say; kNothing: nothing.
ReplyMeaning ReadContained(const Wordings& wordings, const SqueezedText& text,
                           bool part) {
  // At the beginning of a part a negation may be missing.
  const size_t from = part ? 1 : 0;
  ReplyWords words(wordings, text);
  ReplyMeaning meaning;
  const Phrase* unheeded = words.FindAny(wordings.unheeded);
  const Phrase* complaint = words.Find(wordings.complaint_contains, from);
  const Phrase* refusal = words.Find(wordings.reply_contains, from);
  for (const Phrase* found : {unheeded, refusal, complaint}) {
    if (found == nullptr || meaning.refuses()) continue;
    meaning = LikelyRefusal(found->shown);
  }
  meaning.complains = unheeded != nullptr || complaint != nullptr;
  if (!meaning.refuses() && words.negated() != nullptr) {
    meaning = {.reading = ReplyReading::kNegated,
               .review = true,
               .word = words.negated()->shown};
  }
  return meaning;
}

ReplyMeaning ReadComplete(const Wordings& wordings, const ReplyText& reply,
                          absl::Span<const std::string> asked) {
  std::string answer = AskedWordIn(wordings, asked, reply.bare);
  if (answer.empty()) answer = AskedWordIn(wordings, asked, reply.all);
  if (!answer.empty()) {
    return {.reading = ReplyReading::kAnswer,
            .review = true,
            .word = std::move(answer)};
  }
  ReplyMeaning contained = ReadContained(wordings, reply.own, /*part=*/false);
  if (contained.complains) return contained;
  const WholeReading whole = ReadWholeOf(wordings, reply);
  if (whole.kind == WholeReading::Kind::kCertain) return Refusal(whole.word);
  if (contained.refuses()) return contained;
  if (whole.kind == WholeReading::Kind::kDoubt)
    return LikelyRefusal(whole.word);
  std::string letter =
      LetterAtEdge(wordings, ReplyWords(wordings, reply.own), reply.own);
  if (!letter.empty()) return LikelyRefusal(std::move(letter));
  return contained;
}

ReplyMeaning ReadPart(const Wordings& wordings, const ReplyText& reply) {
  ReplyMeaning meaning = ReadContained(wordings, reply.own, /*part=*/true);
  if (meaning.reading != ReplyReading::kNothing) return meaning;
  meaning.reading = ReplyReading::kPart;
  // Should its other parts never come, a person looks at it.
  meaning.review =
      ReadComplete(wordings, reply, {}).reading != ReplyReading::kNothing;
  return meaning;
}

}  // namespace

ReplyMeaning ReadReply(const Policy& policy, absl::string_view text,
                       const ReplyContext& context) {
  const Wordings& wordings = policy.wordings();
  const ReplyText reply = ReadReplyText(text);
  ReplyMeaning meaning = context.part
                             ? ReadPart(wordings, reply)
                             : ReadComplete(wordings, reply, context.asked);
  if (!context.unreadable && !reply.damaged) return meaning;
  meaning.review = true;
  if (meaning.reading == ReplyReading::kNothing ||
      meaning.reading == ReplyReading::kPart) {
    meaning.reading = ReplyReading::kUnreadable;
  }
  return meaning;
}

std::vector<std::string> AskedWords(const Policy& policy,
                                    absl::string_view text) {
  std::string folded;
  if (!rules::FoldTable::Shared().Fold(text, folded)) return {};
  std::vector<std::string> words;
  for (AskedWord& asked : FindAskedWords(policy.wordings(), folded)) {
    if (std::find(words.begin(), words.end(), asked.word) == words.end()) {
      words.push_back(std::move(asked.word));
    }
  }
  return words;
}

}  // namespace sluice::filter
