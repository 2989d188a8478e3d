#include "rules/base/whole_characters.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <memory>

#include "rules/base/check.h"

namespace sluice {
namespace {

// Whether `c` may belong to the character of the one before it: nothing of
// Latin, Chinese or full width does, but for a few marks, and a line end behind
// a carriage return.
bool MayGoOn(UChar32 before, UChar32 c) {
  if (c < 0x300) return c == '\n' && before == '\r';
  if (c >= 0x3000 && c <= 0x9fff) {
    return (c >= 0x302a && c <= 0x302f) || c == 0x3099 || c == 0x309a;
  }
  return !(c >= 0xff00 && c <= 0xff9d) && !(c >= 0x2010 && c <= 0x20cf);
}

bool MayHaveParts(absl::string_view text) {
  const auto size = static_cast<int32_t>(text.size());
  UChar32 c = 0;
  for (int32_t at = 0; at < size;) {
    const UChar32 before = c;
    U8_NEXT(text.data(), at, size, c);
    if (MayGoOn(before, c)) return true;
  }
  return false;
}

std::unique_ptr<icu::BreakIterator> MakeIterator(absl::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  std::unique_ptr<icu::BreakIterator> iterator(
      icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(),
                                                  error));
  UText* const utext = utext_openUTF8(
      nullptr, text.data(), static_cast<int64_t>(text.size()), &error);
  SLUICE_CHECK(U_SUCCESS(error));
  iterator->setText(utext, error);  // Makes a shallow copy.
  SLUICE_CHECK(U_SUCCESS(error));
  utext_close(utext);
  return iterator;
}

}  // namespace

WholeCharacters::WholeCharacters(absl::string_view text) {
  if (!MayHaveParts(text)) return;
  const std::unique_ptr<icu::BreakIterator> iterator = MakeIterator(text);
  int32_t begin = iterator->first();
  for (int32_t end = iterator->next(); end != icu::BreakIterator::DONE;
       end = iterator->next()) {
    for (int32_t at = begin; at < end; ++at) {
      const bool begins = (text[static_cast<size_t>(at)] & 0xc0) != 0x80;
      if (begins) goes_on_.push_back(at != begin);
    }
    begin = end;
  }
}

void WholeCharacters::Widen(uint32_t& begin, uint32_t& end) const {
  while (begin > 0 && GoesOnAt(begin)) --begin;
  while (GoesOnAt(end)) ++end;
}

}  // namespace sluice
