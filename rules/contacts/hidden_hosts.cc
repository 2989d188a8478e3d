#include "rules/contacts/hidden_hosts.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "rules/base/characters.h"

namespace sluice::rules {
namespace {

using absl::string_view;

// So many characters that stand apart may be a host name.
constexpr size_t kApartMin = 5;
constexpr size_t kEscapesMax = 64;
// Bytes on each side that are looked at for what is a host name, and characters
// of one: more is none.
constexpr size_t kWordMax = 128;

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

// Copies a text, with some stretches as others, and keeps the way back.
class Showing {
 public:
  Showing(const FoldedText& folded, HiddenHostScratch& scratch,
          FoldedText& shown)
      : text_(folded.bytes),
        shown_(shown),
        origins_(scratch.origins),
        name_(scratch.name),
        places_(scratch.places) {
    shown.bytes.clear();
    shown.anchors.clear();
    shown.code_points = folded.code_points;
    folded.Origins(origins_);
  }

  bool Run() {
    bool any = false;
    for (size_t at = 0; at < text_.size();) {
      size_t next = TakeEscapes(at);
      if (next == at) next = TakeApart(at);
      any = any || next > at;
      if (next == at) next = Copy(at);
      at = next;
    }
    return any;
  }

 private:
  size_t Copy(size_t at) {
    size_t next = at;
    U8_FWD_1_UNSAFE(text_.data(), next);
    Put(text_.substr(at, next - at), origins_[at]);
    return next;
  }

  // One code point.
  void Put(string_view bytes, uint32_t origin) {
    const auto byte = static_cast<uint32_t>(shown_.bytes.size());
    if (byte > 0 && origin == last_) {
      if (!fixed_) shown_.anchors.push_back({byte, origin, true});
      fixed_ = true;
    } else if (fixed_ || origin != last_ + 1) {
      shown_.anchors.push_back({byte, origin, false});
      fixed_ = false;
    }
    last_ = origin;
    shown_.bytes.append(bytes.data(), bytes.size());
  }

  // "%2e" within a host name. Returns where to go on; `at`: there is none.
  size_t TakeEscapes(size_t at) {
    if (!IsEscapeAt(text_, at) || !IsInHost(at)) return at;
    std::string decoded;
    size_t end = at;
    while (IsEscapeAt(text_, end) && end - at < 3 * kEscapesMax) {
      decoded += absl::HexStringToBytes(text_.substr(end + 1, 2));
      end += 3;
    }
    std::string folded;
    const bool valid = FoldTable::Shared().Fold(decoded, folded);
    const bool named = std::all_of(folded.begin(), folded.end(), [](char c) {
      return (c & 0x80) != 0 || IsAlnum(c) || c == '-' || c == '.' || c == '_';
    });
    if (!valid || !named || folded.empty()) return at;
    for (size_t i = 0; i < folded.size();) {
      size_t next = i;
      U8_FWD_1_UNSAFE(folded.data(), next);
      Put(string_view(folded).substr(i, next - i), origins_[at]);
      i = next;
    }
    return end;
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

  // One character of a name that stands apart: where it ends, and what it is;
  // '\0': it is none.
  char NameCharacterAt(size_t at, size_t& end) const {
    for (const string_view dot : {"丶", "。", "点", "•", "·"}) {
      if (!absl::StartsWith(text_.substr(at), dot)) continue;
      end = at + dot.size();
      return '.';
    }
    if (at >= text_.size()) return '\0';
    end = at + 1;
    const char c = text_[at];
    return IsAlnum(c) || absl::StrContains(".-/:", string_view(&c, 1)) ? c
                                                                       : '\0';
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
    name_.clear();
    places_.clear();
    size_t end = begin;
    for (size_t at = begin;;) {
      size_t after = at;
      const char c = NameCharacterAt(at, after);
      if (c == '\0' ||
          (after < text_.size() && IsAlnum(text_[after]) && IsAlnum(c))) {
        break;
      }
      name_ += c;
      places_.push_back(at);
      end = after;
      if (after >= text_.size() || text_[after] != separator ||
          name_.size() > kWordMax) {
        break;
      }
      at = after + 1;
    }
    if (!IsHostName()) return begin;
    for (size_t i = 0; i < name_.size(); ++i) {
      Put(string_view(name_).substr(i, 1), origins_[places_[i]]);
    }
    return end;
  }

  bool IsHostName() const {
    const size_t dot = name_.find('.');
    return name_.size() >= kApartMin && dot != name_.npos && dot > 0 &&
           dot + 2 < name_.size() && IsLatinByte(name_.back()) &&
           std::count_if(name_.begin(), name_.end(), IsLatinByte) > 2;
  }

  const string_view text_;
  FoldedText& shown_;
  std::vector<uint32_t>& origins_;
  uint32_t last_ = uint32_t{0} - 1;
  bool fixed_ = false;
  std::string& name_;
  std::vector<size_t>& places_;
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

bool ShowHosts(const FoldedText& folded, HiddenHostScratch& scratch,
               FoldedText& shown) {
  return Showing(folded, scratch, shown).Run();
}

}  // namespace sluice::rules
