#include "rules/contacts/host_chain.h"

#include <algorithm>
#include <initializer_list>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "rules/base/characters.h"

namespace sluice::rules {
namespace {

using absl::string_view;

void SkipBlanks(string_view& rest) {
  for (int i = 0; i < 3; ++i) absl::ConsumePrefix(&rest, " ");
}

bool SkipOneOf(string_view& rest, std::initializer_list<string_view> list) {
  return std::any_of(list.begin(), list.end(), [&](string_view one) {
    return absl::ConsumePrefix(&rest, one);
  });
}

// `apart`: a blank or bracket is before it.
bool TakeCore(string_view& rest, bool apart, Joint& joint) {
  const struct {
    string_view core;
    LabelJoint kind;
  } kCores[] = {{".", LabelJoint::kDotSpaced},  {"。", LabelJoint::kDisguised},
                {"点", LabelJoint::kDisguised}, {"•", LabelJoint::kDisguised},
                {"·", LabelJoint::kDisguised},  {"丶", LabelJoint::kDisguised},
                {"‧", LabelJoint::kDisguised},  {"∙", LabelJoint::kDisguised},
                {"⋅", LabelJoint::kDisguised},  {"●", LabelJoint::kDisguised},
                {"◦", LabelJoint::kDisguised},  {"・", LabelJoint::kDisguised},
                {"°", LabelJoint::kDisguised},  {",", LabelJoint::kComma}};
  for (const auto& c : kCores) {
    if (!absl::ConsumePrefix(&rest, c.core)) continue;
    joint.core = c.core;
    joint.kind = c.kind;
    return true;
  }
  if (!apart) return false;
  if (absl::StartsWith(rest, "dot") && rest.size() > 3 && !IsAlnum(rest[3])) {
    rest.remove_prefix(3);
    joint.core = "dot";
    joint.kind = LabelJoint::kDisguised;
    return true;
  }
  joint.core = " ";
  joint.kind = LabelJoint::kBlank;
  return true;
}

}  // namespace

LabelChain ReadChain(const ContactText& text, size_t run) {
  LabelChain chain;
  chain.begin = text.runs[run].begin;
  for (;;) {
    const uint32_t begin = text.runs[run].begin;
    chain.next_run = run;
    chain.end = LabelEnd(text, chain.next_run);
    chain.Push(text.bytes.substr(begin, chain.end - begin));
    run = chain.next_run;
    if (text.At(chain.end) != '.' || run == text.runs.size() ||
        text.runs[run].kind == TextRun::Kind::kDot ||
        text.runs[run].begin != chain.end + 1) {
      return chain;
    }
  }
}

uint32_t LabelEnd(const ContactText& text, size_t& run) {
  uint32_t end = text.runs[run++].end;
  for (; run < text.runs.size(); end = text.runs[run++].end) {
    if (text.runs[run].kind == TextRun::Kind::kDot) break;
    const uint32_t begin = text.runs[run].begin;
    if (begin - end > 3) break;
    uint32_t at = end;
    while (at < begin && (text.At(at) == '-' || text.At(at) == '_')) ++at;
    if (at < begin) break;
  }
  return end;
}

std::optional<Joint> ReadJoint(const ContactText& text, size_t end,
                               size_t run) {
  if (run == text.runs.size()) return std::nullopt;
  string_view rest = text.After(end);
  const size_t size = rest.size();
  SkipBlanks(rest);
  const bool bracket = SkipOneOf(rest, {"(", "[", "{", "【", "〔"});
  const bool blank = rest.size() != size;
  Joint joint;
  if (!TakeCore(rest, blank, joint)) return std::nullopt;
  const bool closed = SkipOneOf(rest, {")", "]", "}", "】", "〕"});
  if (bracket != closed) return std::nullopt;
  if (bracket) joint.kind = LabelJoint::kDisguised;
  SkipBlanks(rest);
  const auto begin = static_cast<size_t>(rest.data() - text.bytes.data());
  while (run < text.runs.size() && text.runs[run].begin < begin) ++run;
  if (run >= text.runs.size() || text.runs[run].begin != begin ||
      text.runs[run].kind == TextRun::Kind::kDot) {
    return std::nullopt;
  }
  joint.next_run = run;
  return joint;
}

bool MayBeJoint(const ContactText& text, size_t at) {
  while (text.At(at) == ' ') ++at;
  const auto c = static_cast<uint8_t>(text.At(at));
  const auto next = static_cast<uint8_t>(text.At(at + 1));
  switch (c) {
    case '.':
    case '(':
    case '[':
    case '{':
      return true;
    case 'd':
      return next == 'o';
    case 0xe3:  // 。【〔、 ・
      return next == 0x80 || next == 0x83;
    case 0xe2:  // •‧ ∙ ⋅ ●◦
      return next == 0x80 || next == 0x88 || next == 0x8b || next == 0x97;
    case 0xe4:  // 丶
      return next == 0xb8;
    case 0xe7:  // 点
      return next == 0x82;
    case 0xc2:  // ·°
      return next == 0xb7 || next == 0xb0;
    default:
      return false;
  }
}

}  // namespace sluice::rules
