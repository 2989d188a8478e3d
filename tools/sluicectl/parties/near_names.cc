#include "tools/sluicectl/parties/near_names.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "rules/pack/word_list.h"
#include "tools/lib/display_width.h"

namespace sluice::ctl {
namespace {

bool IsOneOf(absl::string_view glyph, absl::string_view signs) {
  return signs.find(glyph) != absl::string_view::npos;
}

bool IsLatin(const std::string& part) {
  return absl::ascii_isalpha(static_cast<unsigned char>(part[0])) != 0;
}

// A name without digits, signs and what stands in brackets: each character,
// and each run of Latin letters, is a part.
class Parts {
 public:
  explicit Parts(absl::string_view name) {
    const std::string text(name);
    for (const tools::Glyph& glyph : tools::SplitGlyphs(text)) {
      Add(text.substr(glyph.offset, glyph.size));
    }
  }

  const std::vector<std::string>& all() const { return all_; }

 private:
  void Add(const std::string& glyph) {
    const auto first = static_cast<unsigned char>(glyph[0]);
    const bool ends_run = !absl::ascii_isalpha(first);
    if (IsOneOf(glyph, "(（[【〔<《")) ++depth_;
    const bool inside = depth_ > 0;
    if (IsOneOf(glyph, ")）]】〕>》") && depth_ > 0) --depth_;
    const bool counts =
        !inside &&
        (first >= 0x80 ? !IsOneOf(glyph, "　·•、，。－—_０１２３４５６７８９")
                       : !ends_run);
    if (counts && !ends_run && in_run_) {
      all_.back() += glyph;
    } else if (counts) {
      all_.push_back(glyph);
    }
    in_run_ = counts && !ends_run;
  }

  std::vector<std::string> all_;
  int depth_ = 0;
  bool in_run_ = false;
};

// Whether `longer` is `shorter` with one more part, at any place.
bool IsOneMore(const std::vector<std::string>& shorter,
               const std::vector<std::string>& longer) {
  if (longer.size() != shorter.size() + 1) return false;
  const auto at = std::mismatch(shorter.begin(), shorter.end(), longer.begin());
  return std::equal(at.first, shorter.end(), at.second + 1, longer.end());
}

// Whether they are the same but for one part, which one of them has in Latin
// letters.
bool IsSpelledOtherwise(const std::vector<std::string>& one,
                        const std::vector<std::string>& other) {
  if (one.size() != other.size() || one.size() < 2) return false;
  size_t differ = 0;
  bool is_latin = false;
  for (size_t i = 0; i < one.size(); ++i) {
    if (one[i] == other[i]) continue;
    ++differ;
    is_latin = IsLatin(one[i]) != IsLatin(other[i]);
  }
  return differ == 1 && is_latin;
}

}  // namespace

Nearness NearnessOf(absl::string_view name, absl::string_view other) {
  if (name == other || name.empty() || other.empty() ||
      rules::FoldWord(name) == rules::FoldWord(other)) {
    return Nearness::kFar;
  }
  const Parts one(absl::AsciiStrToLower(name));
  const Parts two(absl::AsciiStrToLower(other));
  if (one.all().empty() || two.all().empty()) return Nearness::kFar;
  if (one.all() == two.all() || IsSpelledOtherwise(one.all(), two.all())) {
    return Nearness::kVeryNear;
  }
  return IsOneMore(one.all(), two.all()) || IsOneMore(two.all(), one.all())
             ? Nearness::kNear
             : Nearness::kFar;
}

}  // namespace sluice::ctl
