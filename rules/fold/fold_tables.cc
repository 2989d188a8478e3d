#include "rules/fold/fold_tables.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <opencc/SimpleConverter.hpp>
#include <utility>

#include "rules/base/check.h"
#include "rules/base/control_character.h"

namespace sluice::rules {
namespace {

[[noreturn]] void Die(const char* what, const char* why) {
  std::fprintf(stderr, "cannot build the folding table: %s: %s\n", what, why);
  std::exit(EXIT_FAILURE);
}

const icu::Normalizer2& Normalizer(
    const icu::Normalizer2* (*get)(UErrorCode&)) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = get(error);
  if (U_FAILURE(error)) Die("ICU", u_errorName(error));
  return *normalizer;
}

icu::UnicodeString Normalize(const icu::Normalizer2& normalizer,
                             const icu::UnicodeString& text) {
  UErrorCode error = U_ZERO_ERROR;
  icu::UnicodeString result = normalizer.normalize(text, error);
  if (U_FAILURE(error)) Die("ICU", u_errorName(error));
  return result;
}

// Marks put on, around or through other characters. Not those that make another
// letter of it, as the Japanese sound marks do.
bool IsDecoration(UChar32 c) {
  return (c >= 0x0300 && c <= 0x036f) || (c >= 0x1ab0 && c <= 0x1aff) ||
         (c >= 0x1dc0 && c <= 0x1dff) || (c >= 0x20d0 && c <= 0x20ff);
}

// The digit that a Chinese numeral is, also one of cheques (壹) or of markets
// (〡); 0 for all others.
char ChineseDigit(UChar32 c) {
  static constexpr char32_t kDigits[][10] = {
      {U'零', U'一', U'二', U'三', U'四', U'五', U'六', U'七', U'八', U'九'},
      {U'〇', U'壹', U'贰', U'叁', U'肆', U'伍', U'陆', U'柒', U'捌', U'玖'},
      {U'〇', U'弌', U'弍', U'弎', U'亖', U'伍', U'陸', U'柒', U'捌', U'玖'},
      {U'〇', U'〡', U'〢', U'〣', U'〤', U'〥', U'〦', U'〧', U'〨', U'〩'},
  };
  for (const auto& row : kDigits) {
    for (int digit = 0; digit < 10; ++digit) {
      if (static_cast<char32_t>(c) == row[digit]) {
        return static_cast<char>('0' + digit);
      }
    }
  }
  return 0;
}

// Forms of letters and digits that Unicode gives no compatibility mapping.
// Returns `c` itself for all others.
UChar32 PlainForm(UChar32 c) {
  if (u_charType(c) == U_DECIMAL_DIGIT_NUMBER) {  // Of any script: ٣
    return '0' + u_charDigitValue(c);
  }
  if (const char digit = ChineseDigit(c)) return digit;
  if (c >= 0x1f150 && c <= 0x1f169) return 'a' + (c - 0x1f150);  // 🅐
  if (c >= 0x1f170 && c <= 0x1f189) return 'a' + (c - 0x1f170);  // 🅰
  if (c >= 0x1f1e6 && c <= 0x1f1ff) return 'a' + (c - 0x1f1e6);  // 🇦
  if (c == 0x24ff || c == 0x1f10b || c == 0x1f10c) return '0';   // ⓿
  if (c >= 0x24f5 && c <= 0x24fd) return '1' + (c - 0x24f5);     // ⓵
  if (c >= 0x2776 && c <= 0x277e) return '1' + (c - 0x2776);     // ❶
  if (c >= 0x2780 && c <= 0x2788) return '1' + (c - 0x2780);     // ➀
  if (c >= 0x278a && c <= 0x2792) return '1' + (c - 0x278a);     // ➊
  return c;
}

// The ones whose number is above nine: ❿ and the like. 0 for all others.
int NumberAboveNine(UChar32 c) {
  if (c >= 0x24eb && c <= 0x24f4) return 11 + (c - 0x24eb);  // ⓫
  if (c == 0x24fe || c == 0x277f || c == 0x2789 || c == 0x2793) return 10;
  return 0;
}

bool MayBeHan(UChar32 c) {
  return (c >= 0x2e80 && c <= 0x2fdf) || (c >= 0x3005 && c <= 0x3007) ||
         (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) ||
         (c >= 0x20000 && c <= 0x323af);
}

// The definition of folding, one code point at a time.
class Folder {
 public:
  Folder()
      : nfkc_casefold_(Normalizer(icu::Normalizer2::getNFKCCasefoldInstance)),
        nfd_(Normalizer(icu::Normalizer2::getNFDInstance)),
        nfc_(Normalizer(icu::Normalizer2::getNFCInstance)) {}

  // Repeats until nothing changes, so that folding twice changes nothing.
  std::string Fold(UChar32 c) const {
    icu::UnicodeString text(c);
    for (int round = 0; round < 8; ++round) {
      const icu::UnicodeString next = Once(text);
      if (next == text) break;
      text = next;
    }
    std::string utf8;
    text.toUTF8String(utf8);
    return utf8;
  }

  icu::UnicodeString Simplified(UChar32 c) const {
    std::string utf8;
    icu::UnicodeString(c).toUTF8String(utf8);
    return icu::UnicodeString::fromUTF8(t2s_.Convert(utf8));
  }

 private:
  icu::UnicodeString Once(const icu::UnicodeString& text) const {
    icu::UnicodeString plain;
    for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
      const UChar32 c = text.char32At(i);
      if (const int number = NumberAboveNine(c)) {
        plain.append(static_cast<UChar>('0' + number / 10));
        plain.append(static_cast<UChar>('0' + number % 10));
      } else {
        plain.append(PlainForm(c));
      }
    }
    const icu::UnicodeString folded =
        Undecorated(Normalize(nfkc_casefold_, plain));
    icu::UnicodeString result;
    for (int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
      AppendFolded(folded.char32At(i), result);
    }
    return result;
  }

  icu::UnicodeString Undecorated(const icu::UnicodeString& text) const {
    const icu::UnicodeString parts = Normalize(nfd_, text);
    icu::UnicodeString kept;
    for (int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
      const UChar32 c = parts.char32At(i);
      if (!IsDecoration(c)) kept.append(c);
    }
    return kept == parts ? text : Normalize(nfc_, kept);
  }

  void AppendFolded(UChar32 c, icu::UnicodeString& out) const {
    const auto type = u_charType(c);
    if ((c >= '\n' && c <= '\r') || c == 0x85 || type == U_LINE_SEPARATOR ||
        type == U_PARAGRAPH_SEPARATOR) {
      out.append(static_cast<UChar>('\n'));
    } else if (c == '\t' || c == 0x2800 || type == U_SPACE_SEPARATOR) {
      out.append(static_cast<UChar>(' '));  // U+2800: a blank Braille pattern.
    } else if (type == U_CONTROL_CHAR || type == U_FORMAT_CHAR) {
      // Invisible.
    } else if (MayBeHan(c)) {
      out.append(Simplified(c));
    } else {
      out.append(c);
    }
  }

  const icu::Normalizer2& nfkc_casefold_;
  const icu::Normalizer2& nfd_;
  const icu::Normalizer2& nfc_;
  const opencc::SimpleConverter t2s_{"t2s.json"};
};

size_t Utf8Size(UChar32 c) {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

class Builder {
 public:
  std::unique_ptr<const FoldTables> Build() {
    tables_->bmp.resize(0x10000);
    tables_->pages.resize(0x110000 / FoldTables::kPageSize);
    tables_->beyond.resize(FoldTables::kPageSize);
    for (UChar32 c = 0; c < 0x10000; ++c) {
      tables_->bmp[c] =
          U_IS_SURROGATE(c) ? FoldTables::kInvalid : Entry(c, folder_.Fold(c));
    }
    // Special ones, since spaces beside them go as beside other Chinese
    // characters.
    for (UChar32 c = 0x3000; c < 0xa000; ++c) {
      const std::string folded = folder_.Fold(c);
      if (!MayBeHan(c) || folded.size() != 1) continue;
      if (folded[0] >= '0' && folded[0] <= '9') {
        tables_->bmp[c] = AddSpecial(folded, Kind::kHan);
        AddNumeral(c);
      }
    }
    // The planes that hold characters; the others are unassigned or private.
    for (UChar32 c = 0x10000; c < 0x40000; ++c) AddBeyond(c);
    for (UChar32 c = 0xe0000; c < 0xf0000; ++c) AddBeyond(c);
    AddControls();
    return std::move(tables_);
  }

 private:
  enum class Kind { kPlain, kHan, kControl };

  void AddControls() {
    for (UChar32 c = 0; c < 0x110000; ++c) {
      if (U_IS_SURROGATE(c) || !IsControl(static_cast<char32_t>(c))) continue;
      const uint32_t special = AddSpecial(folder_.Fold(c), Kind::kControl);
      if (c < 0x10000) {
        tables_->bmp[c] = special;
      } else {
        EntryBeyond(c) = special + 1;
      }
    }
  }

  void AddNumeral(UChar32 c) {
    const UChar32 simplified = folder_.Simplified(c).char32At(0);
    if (simplified == c) return;
    tables_->numerals.emplace(static_cast<char32_t>(c),
                              static_cast<char32_t>(simplified));
  }

  uint32_t Entry(UChar32 c, const std::string& utf8) {
    const bool one_code_point =
        !utf8.empty() && icu::UnicodeString::fromUTF8(utf8).countChar32() == 1;
    if (!one_code_point || utf8.size() > Utf8Size(c) || utf8.size() > 3) {
      return AddSpecial(utf8);
    }
    uint32_t entry = static_cast<uint32_t>(utf8.size()) << 24;
    for (size_t i = 0; i < utf8.size(); ++i) {
      entry |= static_cast<uint32_t>(static_cast<uint8_t>(utf8[i])) << (8 * i);
    }
    return entry;
  }

  void AddBeyond(UChar32 c) {
    std::string self;
    icu::UnicodeString(c).toUTF8String(self);
    const std::string utf8 = folder_.Fold(c);
    if (utf8 == self) return;
    EntryBeyond(c) = AddSpecial(utf8) + 1;
  }

  // Of a code point beyond the BMP, on a page of its own.
  uint32_t& EntryBeyond(UChar32 c) {
    uint16_t& page = tables_->pages[c / FoldTables::kPageSize];
    if (page == 0) {
      page =
          static_cast<uint16_t>(tables_->beyond.size() / FoldTables::kPageSize);
      tables_->beyond.resize(tables_->beyond.size() + FoldTables::kPageSize);
    }
    return tables_
        ->beyond[page * FoldTables::kPageSize + c % FoldTables::kPageSize];
  }

  uint32_t AddSpecial(const std::string& utf8, Kind kind = Kind::kPlain) {
    const auto [it, added] = indexes_.emplace(
        std::pair(kind, utf8), static_cast<uint32_t>(tables_->specials.size()));
    if (!added) return it->second;
    SLUICE_CHECK(utf8.size() <= 0xff);
    tables_->specials.push_back(
        {static_cast<uint32_t>(tables_->pool.size()),
         static_cast<uint8_t>(utf8.size()),
         static_cast<uint8_t>(icu::UnicodeString::fromUTF8(utf8).countChar32()),
         kind == Kind::kHan, kind == Kind::kControl});
    tables_->pool += utf8;
    return it->second;
  }

  Folder folder_;
  std::unique_ptr<FoldTables> tables_ = std::make_unique<FoldTables>();
  // Of the specials, by kind and UTF-8.
  std::map<std::pair<Kind, std::string>, uint32_t> indexes_;
};

}  // namespace

std::unique_ptr<const FoldTables> BuildFoldTables() {
  try {
    return Builder().Build();
  } catch (const std::exception& error) {  // OpenCC throws; we do not.
    Die("OpenCC", error.what());
  }
}

}  // namespace sluice::rules
