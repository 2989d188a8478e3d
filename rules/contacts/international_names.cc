#include "rules/contacts/international_names.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "rules/contacts/host_name.h"

namespace sluice::rules {
namespace {

using absl::string_view;

// Words that lead to a name and are no part of it.
constexpr string_view kLeadIns[] = {"请访问", "访问", "登录", "登陆", "点击",
                                    "打开",   "进入", "搜索", "浏览", "网址",
                                    "官网",   "网站", "详见"};

bool IsNameLetter(UChar32 c) {
  return c == '-' || c == '_' || (c > 0 && u_isalnum(c));
}

bool IsAlphabetic(UChar32 c) {
  switch (u_charType(c)) {
    case U_LOWERCASE_LETTER:
    case U_UPPERCASE_LETTER:
    case U_TITLECASE_LETTER:
      return true;
    default:
      return false;
  }
}

// Where the label that ends at `end` begins: with ASCII at its end, it is all
// ASCII.
size_t LabelBegin(const ContactText& text, size_t end, size_t floor) {
  size_t begin = end;
  const bool ascii = end > 0 && absl::ascii_isascii(text.bytes[end - 1]);
  while (begin > floor && end - begin < kLabelSizeMax * 3) {
    auto at = static_cast<int32_t>(begin);
    UChar32 c;
    U8_PREV(text.bytes.data(), 0, at, c);
    if ((c > 0x7f && ascii) || !IsNameLetter(c)) break;
    begin = static_cast<size_t>(at);
  }
  return begin;
}

// Where the labels before the one that begins at `begin` begin.
size_t BeginOfLabels(const ContactText& text, size_t begin, size_t floor) {
  for (size_t i = 0;
       i < LabelChain::kMax && begin > floor && text.bytes[begin - 1] == '.';
       ++i) {
    const size_t more = LabelBegin(text, begin - 1, floor);
    if (more == begin - 1) break;
    begin = more;
  }
  return begin;
}

bool HasLeadIn(string_view label) {
  return std::any_of(
      std::begin(kLeadIns), std::end(kLeadIns),
      [&](string_view lead_in) { return absl::StrContains(label, lead_in); });
}

}  // namespace

size_t NameBegin(const ContactText& text, size_t dot, size_t floor) {
  size_t begin = LabelBegin(text, dot, floor);
  if (begin < dot && !absl::ascii_isascii(text.bytes[dot - 1])) {
    const string_view label = text.bytes.substr(begin, dot - begin);
    for (const string_view lead_in : kLeadIns) {
      const size_t at = label.rfind(lead_in);
      if (at == label.npos || at + lead_in.size() == label.size()) continue;
      begin = std::max(begin, dot - label.size() + at + lead_in.size());
    }
  }
  return begin < dot ? BeginOfLabels(text, begin, floor) : begin;
}

size_t AlphabeticBegin(const ContactText& text, size_t end, size_t floor) {
  size_t begin = end;
  bool foreign = false;
  while (begin > floor && end - begin < kLabelSizeMax * 3) {
    auto at = static_cast<int32_t>(begin);
    UChar32 c;
    U8_PREV(text.bytes.data(), 0, at, c);
    if (!IsNameLetter(c) || (c > 0x7f && !IsAlphabetic(c))) break;
    foreign = foreign || c > 0x7f;
    begin = static_cast<size_t>(at);
  }
  return foreign ? BeginOfLabels(text, begin, floor) : end;
}

size_t NameLabelEnd(const ContactText& text, size_t begin) {
  size_t end = begin;
  while (end < text.bytes.size() && end - begin < kLabelSizeMax * 3) {
    auto at = static_cast<int32_t>(end);
    UChar32 c;
    U8_NEXT(text.bytes.data(), at, static_cast<int32_t>(text.bytes.size()), c);
    if (!IsNameLetter(c)) break;
    end = static_cast<size_t>(at);
  }
  return end;
}

string_view AsciiOfLastLabel(const LabelChain& chain) {
  const string_view last = chain.labels[chain.count - 1];
  const auto end =
      std::find_if_not(last.begin(), last.end(), absl::ascii_isascii);
  return last.substr(0, static_cast<size_t>(end - last.begin()));
}

void EndWithLastLabel(const ContactText& text, LabelChain& chain) {
  string_view& last = chain.labels[chain.count - 1];
  if (absl::ascii_isascii(last.front())) last = AsciiOfLastLabel(chain);
  chain.end =
      static_cast<uint32_t>(last.data() + last.size() - text.bytes.data());
}

bool LeadsIn(const LabelChain& chain) {
  const auto labels = chain.all();
  return std::any_of(labels.begin(), labels.end(), HasLeadIn);
}

}  // namespace sluice::rules
