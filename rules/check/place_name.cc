#include "rules/check/place_name.h"

#include <re2/re2.h>

#include "absl/strings/strip.h"
#include "rules/check/odd_word.h"

namespace sluice::rules {

absl::string_view WithoutPlaceKind(absl::string_view word) {
  for (const absl::string_view kind : {"省", "市", "新区", "区"}) {
    absl::string_view place = word;
    if (!absl::ConsumeSuffix(&place, kind)) continue;
    return place.empty() || IsOneCharacter(place) ? word : place;
  }
  return word;
}

bool IsPlaceName(absl::string_view word) {
  static const RE2& name =
      *new RE2(R"(\p{Han}{2,9}(?:自治区|自治州|自治县|自治旗)|\p{Han}{2,3}县)"
               R"(|\p{Han}{2,5}街道)");
  return RE2::FullMatch(re2::StringPiece(word.data(), word.size()), name);
}

}  // namespace sluice::rules
