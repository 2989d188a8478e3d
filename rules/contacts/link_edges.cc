#include "rules/contacts/link_edges.h"

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "rules/base/characters.h"

namespace sluice::rules {
namespace {

using absl::string_view;

constexpr size_t kUserInfoMax = 128;
constexpr size_t kLocalPartMax = 64;  // RFC 5321, 4.5.3.1.1.

// Whether a path that began before `at` has what is there, too.
bool GoesOnAt(const ContactText& text, size_t at) {
  if (text.WasChinese(at) && !text.WasChinese(at - 1)) return false;
  const char c = text.At(at);
  // Folding makes these of Chinese punctuation too, after which the sentence
  // goes on.
  if (c == ',' || c == ';' || c == '!') return IsDigit(text.At(at + 1));
  return IsAlnum(c) ||
         string_view("-._~/?#@$&+=%:*|").find(c) != string_view::npos;
}

}  // namespace

size_t SkipScheme(const ContactText& text, size_t run) {
  if (!text.IsLetters(run)) return 0;
  string_view word = text.Of(text.runs[run]);
  absl::ConsumeSuffix(&word, "s");
  if (!absl::EndsWith(word, "http") && !absl::EndsWith(word, "hxxp") &&
      word != "ftp") {
    return 0;
  }
  constexpr size_t kMax = 8;
  const size_t begin = text.runs[run].end;
  size_t at = begin;
  bool marked = false;
  for (; at - begin < kMax; ++at) {
    const char c = text.At(at);
    marked = marked || c == ':' || c == '/';
    if (c != ':' && c != '/' && c != '\\' && c != ';' && c != ' ') break;
  }
  return marked ? at : 0;
}

uint32_t SchemeBegin(const ContactText& text, size_t run) {
  string_view word = text.Of(text.runs[run]);
  const size_t with_s = word.size();
  absl::ConsumeSuffix(&word, "s");
  const size_t size = word == "ftp" ? 3 : 4;
  return static_cast<uint32_t>(text.runs[run].end - (with_s - word.size()) -
                               size);
}

bool MayEndScheme(const ContactText& text, size_t end) {
  return text.At(end - 1) == 'p' ||
         (text.At(end - 1) == 's' && text.At(end - 2) == 'p');
}

size_t SkipUserInfo(const ContactText& text, size_t begin) {
  size_t host_begin = begin;
  for (size_t at = begin; at - begin < kUserInfoMax; ++at) {
    const char c = text.At(at);
    if (c == '@') {
      host_begin = at + 1;
    } else if (!IsAlnum(c) &&
               string_view("._~%!$&'*+,;=:-").find(c) == string_view::npos) {
      break;
    }
  }
  return host_begin;
}

size_t SkipPort(const ContactText& text, size_t host_end) {
  if (text.At(host_end) != ':') return host_end;
  size_t at = host_end + 1;
  while (IsDigit(text.At(at)) && at - host_end <= 5) ++at;
  const char next = text.At(at);
  return at - host_end < 3 || IsAlnum(next) || next == '-' || next == '.'
             ? host_end
             : at;
}

size_t PathEnd(const ContactText& text, size_t begin) {
  const char first = text.At(begin);
  if (first != '/' &&
      !((first == '?' || first == '#') && IsAlnum(text.At(begin + 1)))) {
    return begin;
  }
  size_t end = begin + 1;
  while (GoesOnAt(text, end)) ++end;
  while (end > begin + 1 &&
         string_view(".,;:!?*~|&@$+#").find(text.bytes[end - 1]) !=
             string_view::npos) {
    --end;
  }
  return end;
}

bool HasPath(const ContactText& text, size_t host_end) {
  const size_t after_port = SkipPort(text, host_end);
  return after_port != host_end ||
         (text.At(host_end) == '/' && IsAlnum(text.At(host_end + 1)));
}

uint32_t AtBefore(const ContactText& text, uint32_t begin) {
  const uint32_t before = text.At(begin - size_t{1}) == ' ' ? 2 : 1;
  return text.At(begin - size_t{before}) == '@' ? begin - before : begin;
}

uint32_t LocalPartBegin(const ContactText& text, uint32_t at, uint32_t floor) {
  uint32_t begin = at;
  while (
      begin > floor && at - begin < kLocalPartMax &&
      (IsAlnum(text.bytes[begin - 1]) ||
       string_view("._%+-").find(text.bytes[begin - 1]) != string_view::npos)) {
    --begin;
  }
  while (begin < at && !IsAlnum(text.bytes[begin])) ++begin;
  return begin;
}

}  // namespace sluice::rules
