#include "rules/contacts/hidden_hosts.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "rules/base/characters.h"
#include "rules/contacts/host_evidence.h"
#include "rules/contacts/public_suffixes.h"

namespace sluice::rules {
namespace {

using absl::string_view;

// So many characters that stand apart may be a host name.
constexpr size_t kApartMin = 5;
constexpr size_t kEscapesMax = 64;
// Bytes on each side that are looked at for what is a host name, and characters
// of one: more is none.
constexpr size_t kWordMax = 128;
constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz";

bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); }

bool IsEscapeAt(string_view text, size_t at) {
  return at + 2 < text.size() && text[at] == '%' && IsHex(text[at + 1]) &&
         IsHex(text[at + 2]);
}

bool IsLatinByte(char c) { return c >= 'a' && c <= 'z'; }

// The part of a link or sentence that has neither blanks nor Chinese.
string_view WordAround(string_view text, size_t at) {
  const auto ends = [](char c) { return c == ' ' || c == '\n' || (c & 0x80); };
  size_t begin = at;
  while (begin > 0 && at - begin < kWordMax && !ends(text[begin - 1])) --begin;
  size_t end = at;
  while (end < text.size() && end - at < kWordMax && !ends(text[end])) ++end;
  return text.substr(begin, end - begin);
}

// One code point that escapes stand for.
struct Decoded {
  char32_t c = 0;  // 0: none, or none that a host name has.
  size_t end = 0;  // Of the escapes.
};

// Whether a host name may have `c`, or what folding makes of it.
bool MayBeInName(char32_t c) {
  if (c < 0x80) return IsAlnum(c) || c == '-' || c == '.' || c == '_';
  std::string one;
  AppendUtf8(c, one);
  std::string folded;
  return FoldTable::Shared().Fold(one, folded) &&
         std::all_of(folded.begin(), folded.end(), [](char byte) {
           return (byte & 0x80) != 0 || IsAlnum(byte) || byte == '-' ||
                  byte == '.';
         });
}

Decoded DecodeAt(string_view text, size_t at) {
  std::string bytes;
  size_t size = 1;
  for (; bytes.size() < size && IsEscapeAt(text, at); at += 3) {
    bytes += absl::HexStringToBytes(text.substr(at + 1, 2));
    if (bytes.size() == 1) size += U8_COUNT_TRAIL_BYTES(bytes[0]);
  }
  UChar32 c = 0;
  int32_t end = 0;
  U8_NEXT(bytes.data(), end, static_cast<int32_t>(bytes.size()), c);
  const bool whole = c > 0 && static_cast<size_t>(end) == bytes.size();
  if (!whole || !MayBeInName(static_cast<char32_t>(c))) return {};
  return {static_cast<char32_t>(c), at};
}

// Copies a text, with some stretches as others, and keeps the way back.
class Showing {
 public:
  Showing(const FoldedText& folded, string_view submitted,
          HiddenHostScratch& scratch, MeantText& meant)
      : text_(folded.bytes),
        code_points_(folded.code_points),
        submitted_(scratch.submitted),
        meant_(meant),
        name_(scratch.name),
        host_(scratch.host) {
    meant.bytes.clear();
    meant.places.clear();
    submitted_.Begin(folded, submitted);
  }

  bool Run() {
    bool any = false;
    for (size_t at = 0; at < text_.size();) {
      size_t next = TakeEscapes(at);
      if (next == at) next = TakeApart(at);
      any = any || next > at;
      if (next == at) U8_FWD_1_UNSAFE(text_.data(), next);
      at = next;
    }
    if (any) CopyTo(code_points_);
    return any;
  }

 private:
  // Copies what was submitted up to the code point `end`.
  void CopyTo(uint32_t end) {
    if (end <= copied_) return;
    const string_view bytes = submitted_.OfCodePoints(copied_, end);
    meant_.bytes.append(bytes.data(), bytes.size());
    for (; copied_ < end; ++copied_) {
      meant_.places.push_back({copied_, copied_ + 1});
    }
  }

  // Puts `c` where the code points [begin, end) were submitted.
  void Put(char32_t c, uint32_t begin, uint32_t end) {
    CopyTo(begin);
    AppendUtf8(c, meant_.bytes);
    meant_.places.push_back({begin, end});
    copied_ = std::max(copied_, end);
  }

  // The code points that the folded bytes [begin, end) stem from.
  uint32_t BeginOf(size_t begin) { return submitted_.origins()[begin]; }
  uint32_t EndOf(size_t end) { return submitted_.origins()[end - 1] + 1; }

  // "%2e" within a host name. Returns where to go on; `at`: there is none.
  size_t TakeEscapes(size_t at) {
    if (!IsEscapeAt(text_, at) || !IsInHost(at)) return at;
    for (size_t i = 0; i < kEscapesMax && IsEscapeAt(text_, at); ++i) {
      const Decoded decoded = DecodeAt(text_, at);
      if (decoded.c == 0) break;
      Put(decoded.c, BeginOf(at), EndOf(decoded.end));
      at = decoded.end;
    }
    return at;
  }

  // Not in a path, nor in "100%30": there are letters and a dot.
  bool IsInHost(size_t at) const {
    const string_view word = WordAround(text_, at);
    string_view before =
        text_.substr(static_cast<size_t>(word.data() - text_.data()),
                     at - static_cast<size_t>(word.data() - text_.data()));
    const size_t scheme = before.rfind("//");
    if (scheme != before.npos) before.remove_prefix(scheme + 2);
    return before.find_first_of("/?#") == before.npos &&
           std::any_of(word.begin(), word.end(), IsLatinByte) &&
           (absl::StrContains(word, ".") || absl::StrContains(word, "%2e"));
  }

  // One character of a name that stands apart; '\0': it is none.
  HiddenHostScratch::Character NameCharacterAt(size_t at) const {
    const auto begin = static_cast<uint32_t>(at);
    for (const string_view dot : {"丶", "。", "点", "•", "·"}) {
      if (!absl::StartsWith(text_.substr(at), dot)) continue;
      return {'.', begin, begin + static_cast<uint32_t>(dot.size())};
    }
    if (at >= text_.size()) return {};
    const char c = text_[at];
    const bool named = IsAlnum(c) || string_view(".-/:").find(c) != text_.npos;
    return named ? HiddenHostScratch::Character{c, begin, begin + 1}
                 : HiddenHostScratch::Character{};
  }

  // "e v i l . t o p", with the same thing between all characters.
  size_t TakeApart(size_t begin) {
    if (!IsAlnum(text_[begin]) || (begin > 0 && IsAlnum(text_[begin - 1]))) {
      return begin;
    }
    const char separator = begin + 1 < text_.size() ? text_[begin + 1] : '\0';
    if (!absl::StrContains(" *|~_+,'\"^=", string_view(&separator, 1))) {
      return begin;
    }
    ReadApart(begin, separator);
    if (!CutToHost()) return begin;
    CopyTo(BeginOf(begin));
    for (const HiddenHostScratch::Character& one : name_) PutApart(one);
    return name_.back().end;
  }

  void ReadApart(size_t at, char separator) {
    name_.clear();
    while (name_.size() <= kWordMax) {
      const HiddenHostScratch::Character one = NameCharacterAt(at);
      if (one.c == '\0') return;
      const bool last = one.end >= text_.size();
      // Of a word.
      if (!last && IsAlnum(text_[one.end]) && IsAlnum(one.c)) return;
      name_.push_back(one);
      if (last || text_[one.end] != separator) return;
      at = one.end + 1;
    }
  }

  // Without what separates it from the one before; a letter as it was
  // submitted, with its marks, which is what a phone opens.
  void PutApart(const HiddenHostScratch::Character& one) {
    const uint32_t end = EndOf(one.end);
    copied_ = std::max(copied_, BeginOf(one.begin));
    if (!IsAlnum(one.c)) return Put(one.c, BeginOf(one.begin), end);
    CopyTo(submitted_.AfterMarks(end));
  }

  // Takes what goes on behind the host and belongs to neither name nor path off
  // the name: "e v i l . t o p 2". False: it is no host.
  bool CutToHost() {
    host_.clear();
    for (const HiddenHostScratch::Character& one : name_) host_ += one.c;
    const size_t scheme = host_.find("//");
    const size_t begin = scheme == host_.npos ? 0 : scheme + 2;
    const size_t path =
        std::min(host_.find_first_of("/:", begin), host_.size());
    const string_view name = string_view(host_).substr(begin, path - begin);
    const size_t end = HostEnd(name);
    if (end == 0) return false;
    const bool cut = end < name.size();
    if (cut) name_.resize(begin + end);
    const bool evident = begin > 0 || absl::StartsWith(name, "www.") ||
                         (!cut && path + 1 < host_.size());
    return name_.size() >= kApartMin && MeansHost(name.substr(0, end), evident);
  }

  // Not "A B C . D E", options of which a country has the last as its domain.
  static bool MeansHost(string_view host, bool evident) {
    std::string letters;
    std::copy_if(host.begin(), host.end(), std::back_inserter(letters),
                 IsLatinByte);
    if (letters.size() <= 2) return false;
    const bool options =
        std::adjacent_find(letters.begin(), letters.end(),
                           std::greater_equal<>()) == letters.end() &&
        std::none_of(host.begin(), host.end(), absl::ascii_isdigit);
    const string_view top = host.substr(host.rfind('.') + 1);
    return evident || ((top.size() > 3 || IsWellKnownTop(top)) && !options);
  }

  // The end of a host that `name` begins with; 0: it begins with none.
  static size_t HostEnd(string_view name) {
    for (;;) {
      const size_t dot = name.rfind('.');
      if (dot == name.npos || dot == 0) return 0;
      string_view top = name.substr(dot + 1);
      if (!absl::StartsWith(top, "xn--")) {
        top = top.substr(0,
                         std::min(top.find_first_not_of(kLetters), top.size()));
      }
      if (!top.empty()) {
        const bool known = PublicSuffixes::Shared().IsTopLevel(top);
        return known ? dot + 1 + top.size() : 0;
      }
      // "evil.top." and "evil.top.2" end with a dot of the sentence.
      name = name.substr(0, dot);
    }
  }

  const string_view text_;
  const uint32_t code_points_;
  SubmittedText& submitted_;
  MeantText& meant_;
  uint32_t copied_ = 0;  // Code points of the submitted text.
  std::vector<HiddenHostScratch::Character>& name_;
  std::string& host_;
};

}  // namespace

bool MayHideHosts(string_view text, const std::vector<TextRun>& runs) {
  size_t single = 0;
  for (const TextRun& run : runs) {
    single = run.size() == 1 ? single + 1 : 0;
    if (single == kApartMin - 1) return true;
  }
  for (size_t at = text.find('%'); at != text.npos;
       at = text.find('%', at + 1)) {
    if (IsEscapeAt(text, at)) return true;
  }
  return false;
}

bool ShowHosts(const FoldedText& folded, string_view submitted,
               HiddenHostScratch& scratch, MeantText& meant) {
  return Showing(folded, submitted, scratch, meant).Run();
}

}  // namespace sluice::rules
