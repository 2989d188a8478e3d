#include "filter/reply_text.h"

#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "rules/fold/fold.h"

namespace sluice::filter {
namespace {

// Quotation marks around a notice, after folding (full-width forms are half).
struct Quotes {
  absl::string_view open;
  absl::string_view close;
};
constexpr std::array<Quotes, 4> kQuotes = {
    {{"“", "”"}, {"「", "」"}, {"『", "』"}, {"\"", "\""}}};

// Fewer characters in quotation marks are the recipient's own words: 回复“T”.
constexpr size_t kNoticeCharacters = 9;

// From these words on, a line is the phone's. Folded.
constexpr absl::string_view kPhone[] = {
    "发自",      "来自",        "发送自",      "由我的",    "从我的",
    "sent from", "get outlook", "获取outlook", "我的iphone"};

// A line that begins with one of these is a heading: what follows is quoted.
constexpr absl::string_view kQuotedBelow[] = {"原文", "原短信", "原始短信",
                                              "原信息", "original message"};

size_t CharactersIn(absl::string_view text) {
  return static_cast<size_t>(
      absl::c_count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

// `line` from its first letter, digit or Chinese character on.
absl::string_view FromFirstWord(absl::string_view line) {
  const size_t begin = line.find_first_not_of(" \t-_=*:");
  return begin == absl::string_view::npos ? absl::string_view()
                                          : line.substr(begin);
}

absl::string_view WithoutPhone(absl::string_view line) {
  size_t end = line.size();
  for (const absl::string_view mark : kPhone) {
    end = std::min(end, line.find(mark));
  }
  return line.substr(0, end);
}

// Without quoted lines ("> ..."), and without the phone's signatures when
// `phone` is not wanted.
std::string LinesOf(absl::string_view folded, bool phone) {
  std::string out;
  for (absl::string_view line :
       absl::StrSplit(folded, absl::ByAnyChar("\r\n"))) {
    if (absl::StartsWith(line, ">")) continue;
    const absl::string_view words = FromFirstWord(line);
    const bool heading = absl::c_any_of(
        kQuotedBelow,
        [&](absl::string_view mark) { return absl::StartsWith(words, mark); });
    if (heading && !out.empty()) break;
    if (!phone) line = WithoutPhone(line);
    if (!out.empty()) out.push_back('\n');
    out.append(line.data(), line.size());
  }
  return out;
}

// Without what is long enough between quotation marks to be a notice.
std::string WithoutQuotes(absl::string_view text) {
  std::string out;
  std::array<bool, kQuotes.size()> closes;
  closes.fill(true);  // False: no such mark follows any more.
  for (size_t at = 0; at < text.size();) {
    size_t skip = 0;
    for (size_t i = 0; i < kQuotes.size() && skip == 0; ++i) {
      const auto& [open, close] = kQuotes[i];
      if (!closes[i] || !absl::StartsWith(text.substr(at), open)) continue;
      const size_t begin = at + open.size();
      const size_t end = text.find(close, begin);
      closes[i] = end != absl::string_view::npos;
      if (!closes[i]) continue;
      const absl::string_view quoted = text.substr(begin, end - begin);
      skip = end + close.size() - at;
      // Its marks are gaps all the same.
      if (CharactersIn(quoted) < kNoticeCharacters) {
        out.append(text.data() + at, skip);
      } else {
        out.push_back('\n');
      }
    }
    if (skip == 0) out.push_back(text[at++]);
    at += skip;
  }
  return out;
}

// A notice that was copied behind the answer begins with its signature. Without
// anything behind it, 【退订】 is the answer itself.
absl::string_view BeforeNotice(absl::string_view text) {
  constexpr absl::string_view kClose = "】";
  const size_t open = text.find("【");
  if (open == absl::string_view::npos) return text;
  const size_t close = text.find(kClose, open);
  const absl::string_view rest = text.substr(
      close == absl::string_view::npos ? open : close + kClose.size());
  return Squeeze(rest).empty() ? text : text.substr(0, open);
}

SqueezedText OwnWords(absl::string_view folded, bool phone) {
  const std::string own = WithoutQuotes(LinesOf(folded, phone));
  return Squeeze(BeforeNotice(own));
}

}  // namespace

ReplyText ReadReplyText(absl::string_view text) {
  ReplyText out;
  std::string folded;
  const rules::FoldTable& fold = rules::FoldTable::Shared();
  if (!fold.Fold(text, folded)) {
    out.damaged = true;
    // Puts U+FFFD, which says nothing, for what is not UTF-8.
    std::string readable;
    icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<int32_t>(text.size())))
        .toUTF8String(readable);
    fold.Fold(readable, folded);
  }
  out.all = Squeeze(folded);
  out.own = OwnWords(folded, /*phone=*/true);
  if (out.own.empty()) out.own = out.all;
  out.bare = OwnWords(folded, /*phone=*/false);
  return out;
}

}  // namespace sluice::filter
