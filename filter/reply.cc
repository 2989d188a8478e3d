#include "filter/reply.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "rules/fold/fold.h"

namespace sluice::filter {
namespace {

constexpr absl::string_view kLeading[] = {"请回复", "回复", "发送", "回"};

// Quotation marks around a notice, after folding (full-width forms are half).
constexpr struct {
  absl::string_view open;
  absl::string_view close;
} kQuotes[] = {{"“", "”"}, {"「", "」"}, {"『", "』"}, {"\"", "\""}};

// Length of the UTF-8 sequence that begins with `lead`.
size_t SequenceSize(char lead) {
  const auto u = static_cast<unsigned char>(lead);
  return u < 0x80 ? 1 : u < 0xe0 ? 2 : u < 0xf0 ? 3 : 4;
}

// Letters, digits and ideographs say something; the rest is space and
// punctuation: ASCII, U+2000 to U+206F, U+3000 to U+303F, U+FE30 to U+FE4F and
// U+FF00 to U+FF0F.
bool SaysSomething(absl::string_view c) {
  if (c.size() == 1)
    return absl::ascii_isalnum(static_cast<unsigned char>(c[0]));
  if (c.size() == 2) return c != "\xc2\xb7" && c != "\xc2\xa0";
  const bool general = c[0] == '\xe2' && (c[1] == '\x80' || c[1] == '\x81');
  const bool cjk = c[0] == '\xe3' && c[1] == '\x80';
  const bool forms = c[0] == '\xef' && (c[1] == '\xb8' || c[1] == '\xb9');
  const bool wide = c[0] == '\xef' && c[1] == '\xbc' && c[2] < '\x90';
  return !general && !cjk && !forms && !wide;
}

std::string Squeeze(absl::string_view folded) {
  std::string out;
  for (size_t at = 0; at < folded.size();) {
    const absl::string_view c = folded.substr(at, SequenceSize(folded[at]));
    if (SaysSomething(c)) out.append(c.data(), c.size());
    at += c.size();
  }
  return out;
}

// A quoted line ("> ...") or a notice in quotation marks or with its signature
// is what we sent, not what the recipient says; but only when something else is
// left.
std::string WithoutQuotes(absl::string_view folded) {
  std::string text(folded);
  for (size_t at = text.find('>'); at != std::string::npos;
       at = text.find('>', at)) {
    if (at > 0 && text[at - 1] != '\n') {
      ++at;
      continue;
    }
    text.erase(at, std::min(text.find('\n', at), text.size()) - at);
  }
  for (const auto& [open, close] : kQuotes) {
    const std::string open_text(open);
    const std::string close_text(close);
    for (size_t at = text.find(open_text); at != std::string::npos;
         at = text.find(open_text, at)) {
      const size_t end = text.find(close_text, at + open_text.size());
      if (end == std::string::npos) break;
      text.erase(at, end + close_text.size() - at);
    }
  }
  // A notice that was copied behind the answer begins with its signature.
  const size_t signature = text.find("【");
  if (signature != std::string::npos) text.erase(signature);
  return text;
}

// The shortest piece that, repeated, is the text: TTT is T, TDTD is TD.
absl::string_view WithoutRepeats(absl::string_view text) {
  for (size_t size = 1; size * 2 <= text.size(); ++size) {
    if (text.size() % size != 0) continue;
    if (text.substr(size) == text.substr(0, text.size() - size)) {
      return text.substr(0, size);
    }
  }
  return text;
}

bool IsOneOf(const std::vector<std::string>& words, absl::string_view text) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& w) { return w == text; });
}

// The whole reply is an opt-out word, with or without "reply" before it, or
// the wording of our notice sent back.
bool IsOptOutWord(const Wordings& wordings, absl::string_view text) {
  const auto whole = [&](absl::string_view t) {
    return IsOneOf(wordings.reply_words, t) ||
           IsOneOf(wordings.reply_words, WithoutRepeats(t)) ||
           IsOneOf(wordings.accepted, t);
  };
  if (whole(text)) return true;
  for (const absl::string_view leading : kLeading) {
    if (absl::StartsWith(text, leading) && whole(text.substr(leading.size()))) {
      return true;
    }
  }
  return false;
}

bool IsNegated(const Wordings& wordings, absl::string_view before) {
  return std::any_of(wordings.negations.begin(), wordings.negations.end(),
                     [&](const std::string& negation) {
                       return absl::EndsWith(before, negation);
                     });
}

// A word made of ASCII letters or digits must stand alone: "stop" is no part of
// "nonstop", and 0000 none of 10000.
bool StandsAlone(absl::string_view text, size_t begin, size_t size) {
  const auto alnum = [&](size_t at) {
    return at < text.size() &&
           absl::ascii_isalnum(static_cast<unsigned char>(text[at]));
  };
  return !alnum(begin) ||
         ((begin == 0 || !alnum(begin - 1)) && !alnum(begin + size));
}

bool ContainsWord(const Wordings& wordings, absl::string_view word,
                  absl::string_view text) {
  for (size_t at = text.find(word); at != absl::string_view::npos;
       at = text.find(word, at + 1)) {
    if (!IsNegated(wordings, text.substr(0, at)) &&
        StandsAlone(text, at, word.size())) {
      return true;
    }
  }
  return false;
}

// A reply in the two forms that words are looked for in: Chinese in the one
// without gaps, letters and digits in the one that shows where words end.
struct Answer {
  std::string spaced;
  std::string squeezed;
};

bool Contains(const Wordings& wordings, const std::vector<std::string>& words,
              const Answer& answer) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return ContainsWord(wordings, word,
                        absl::ascii_isascii(static_cast<unsigned char>(word[0]))
                            ? answer.spaced
                            : answer.squeezed);
  });
}

Answer AnswerIn(absl::string_view text) {
  std::string folded;
  if (!rules::FoldTable::Shared().Fold(text, folded)) return {};
  Answer answer = {WithoutQuotes(folded), {}};
  answer.squeezed = Squeeze(answer.spaced);
  if (!answer.squeezed.empty()) return answer;
  std::string squeezed = Squeeze(folded);
  return {std::move(folded), std::move(squeezed)};
}

ReplyMeaning Read(const Wordings& wordings, const Answer& answer) {
  ReplyMeaning meaning;
  meaning.complains = Contains(wordings, wordings.complaint_contains, answer);
  if (IsOptOutWord(wordings, answer.squeezed)) {
    meaning.opt_out = OptOutReply::kCertain;
  } else if (meaning.complains ||
             Contains(wordings, wordings.reply_contains, answer)) {
    meaning.opt_out = OptOutReply::kContains;
  }
  return meaning;
}

}  // namespace

std::string NormaliseReply(absl::string_view text) {
  return AnswerIn(text).squeezed;
}

ReplyMeaning ReadReply(const Policy& policy, absl::string_view text) {
  return Read(policy.wordings(), AnswerIn(text));
}

}  // namespace sluice::filter
