#include "rules/match/text_signs.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/characters.h"

namespace sluice::rules {
namespace {

constexpr uint64_t Code(SignKind kind, uint64_t detail) {
  return static_cast<uint64_t>(kind) << kSignKindShift | detail;
}

constexpr uint64_t kSentenceEnd = Code(SignKind::kEnd, 0);
constexpr uint64_t kNoSign = 0;

// Letters of a Latin word, 5 bits each: the first twelve tell words apart.
constexpr uint32_t kLetterBits = 5;
constexpr uint32_t kLettersMax = kSignKindShift / kLetterBits;

enum ContactSign : uint64_t {
  kLink,
  kEmail,
  kMobile,
  kVirtual,
  kLandline,
  kHotline,
  kQq,
  kWeChat,
};
constexpr std::array<absl::string_view, 8> kContactNames = {
    "link",     "email",   "mobile", "virtual",
    "landline", "hotline", "qq",     "wechat"};

// Numbers of about as many digits are one sign, written with so many.
constexpr std::array<uint32_t, 4> kDigitsMax = {2, 4, 8, UINT32_MAX};
constexpr std::array<absl::string_view, 4> kNumbers = {"00", "0000", "00000000",
                                                       "000000000"};

uint64_t NumberOf(uint32_t digits) {
  const auto* const most =
      std::find_if(kDigitsMax.begin(), kDigitsMax.end(),
                   [digits](uint32_t max) { return digits <= max; });
  return Code(SignKind::kNumber,
              static_cast<uint64_t>(most - kDigitsMax.begin()));
}

constexpr bool IsLetter(char32_t c) { return c >= 'a' && c <= 'z'; }

// Takes the letters of one Latin word.
class LatinWord {
 public:
  void Add(char32_t letter) {
    if (count_++ < kLettersMax) {
      bits_ = bits_ << kLetterBits | (letter - 'a' + 1);
    }
  }
  uint64_t code() const { return Code(SignKind::kLatin, bits_); }

 private:
  uint64_t bits_ = 0;
  uint32_t count_ = 0;
};

// Of a stripped text, which keeps a full stop only where it ends a sentence.
bool IsEnd(char32_t c) { return c == '.' || EndsSentence(c); }

// Mobile numbers that virtual operators give out.
bool IsOfVirtualOperator(absl::string_view digits) {
  for (const absl::string_view prefix : {"162", "165", "167", "170", "171"}) {
    if (absl::StartsWith(digits, prefix)) return true;
  }
  return false;
}

ContactSign SignOfPhone(absl::string_view digits) {
  constexpr size_t kMobileDigits = 11;
  constexpr size_t kLocalDigits = 7;
  if (digits.size() == kMobileDigits && digits[0] == '1') {
    return IsOfVirtualOperator(digits) ? kVirtual : kMobile;
  }
  const bool shared =
      absl::StartsWith(digits, "400") || absl::StartsWith(digits, "800");
  if (shared || digits.size() < kLocalDigits) return kHotline;
  return kLandline;
}

ContactSign SignOf(const Contact& contact) {
  switch (contact.kind) {
    case Contact::Kind::kLink:
      return kLink;
    case Contact::Kind::kEmail:
      return kEmail;
    case Contact::Kind::kPhone:
      return SignOfPhone(contact.value);
    case Contact::Kind::kQq:
      return kQq;
    case Contact::Kind::kWeChat:
      return kWeChat;
  }
  return kLink;
}

// Reads one text, or one piece of one, unit by unit.
class Reader {
 public:
  Reader(absl::Span<const StrippedText::Unit> units,
         absl::Span<const Contact> contacts, std::vector<TextSign>& signs)
      : units_(units), contacts_(contacts), signs_(signs) {}

  void Run() {
    while (at_ < units_.size()) {
      if (AtContact()) {
        TakeContact();
      } else {
        Take();
      }
    }
    for (; !contacts_.empty(); contacts_.remove_prefix(1)) {
      AddContact(contacts_.front());
    }
  }

 private:
  void Add(uint64_t code, uint32_t begin, uint32_t end) {
    if (code == kSentenceEnd && !signs_.empty() &&
        signs_.back().code == kSentenceEnd) {
      return;
    }
    signs_.push_back({code, begin, end});
  }

  // A unit may begin before the contact, when its letter came again.
  bool AtContact() const {
    return !contacts_.empty() && units_[at_].begin >= contacts_.front().begin;
  }

  void TakeContact() {
    const Contact& contact = contacts_.front();
    AddContact(contact);
    while (at_ < units_.size() && units_[at_].begin < contact.end) {
      shared_ = units_[at_].end > contact.end ? units_[at_].c : 0;
      ++at_;
    }
    contacts_.remove_prefix(1);
  }

  void AddContact(const Contact& contact) {
    Add(Code(SignKind::kContact, SignOf(contact)), contact.begin, contact.end);
    if (contact.kind != Contact::Kind::kLink) return;
    const absl::string_view last =
        contact.value.substr(contact.value.rfind('.') + 1);
    LatinWord word;
    for (const char c : last) {
      if (!IsLetter(static_cast<uint8_t>(c))) return;
      word.Add(static_cast<uint8_t>(c));
    }
    Add(word.code(), contact.begin, contact.end);
  }

  void Take() {
    const StrippedText::Unit& unit = units_[at_];
    if (IsLetter(unit.c)) return TakeLatin();
    shared_ = 0;
    if (IsDigit(unit.c)) return TakeNumber();
    ++at_;
    Add(IsEnd(unit.c) ? kSentenceEnd
                      : Code(SignKind::kCharacter, unit.looks_like),
        unit.begin, unit.end);
  }

  // Whether the unit at `at_` goes on with what the one before it is.
  bool GoesOn() const {
    return at_ < units_.size() && units_[at_].gap == Gap::kNone && !AtContact();
  }

  // A letter that stood there twice is two: "will". More are no word's own.
  void TakeLatin() {
    const uint32_t begin = units_[at_].begin;
    LatinWord word;
    if (const char32_t shared = std::exchange(shared_, 0);
        IsLetter(shared) && units_[at_].gap == Gap::kNone) {
      word.Add(shared);
    }
    do {
      const StrippedText::Unit& unit = units_[at_++];
      word.Add(unit.c);
      // The letter ends this word and begins the next: "your refund".
      const uint32_t own = unit.again_apart ? unit.times - 1u : unit.times;
      if (own > 1) word.Add(unit.c);
      if (!unit.again_apart) continue;
      shared_ = unit.c;
      break;
    } while (GoesOn() && IsLetter(units_[at_].c));
    Add(word.code(), begin, units_[at_ - 1].end);
  }

  void TakeNumber() {
    const uint32_t begin = units_[at_].begin;
    uint32_t digits = 0;
    do {
      ++digits;
      ++at_;
    } while (GoesOn() && IsDigit(units_[at_].c));
    Add(NumberOf(digits), begin, units_[at_ - 1].end);
  }

  const absl::Span<const StrippedText::Unit> units_;
  absl::Span<const Contact> contacts_;  // Those that are still to come.
  std::vector<TextSign>& signs_;
  size_t at_ = 0;
  // The last letter taken, when it is the first of the next word, too.
  char32_t shared_ = 0;
};

// The longest signature there is, in bytes, with its brackets.
constexpr size_t kSignatureMax = 100;
constexpr absl::string_view kOpen = "【";
constexpr absl::string_view kClose = "】";

uint32_t CodePointsOf(absl::string_view text) {
  return static_cast<uint32_t>(
      std::count_if(text.begin(), text.end(),
                    [](char byte) { return (byte & 0xc0) != 0x80; }));
}

// The code points of a signature that the text begins with.
uint32_t SignatureAtBegin(absl::string_view text) {
  if (!absl::StartsWith(text, kOpen)) return 0;
  const size_t close = text.substr(0, kSignatureMax).find(kClose);
  if (close == text.npos) return 0;
  return CodePointsOf(text.substr(0, close + kClose.size()));
}

// The same of one that it ends with.
uint32_t SignatureAtEnd(absl::string_view text) {
  if (!absl::EndsWith(text, kClose)) return 0;
  const size_t open = text.rfind(kOpen);
  if (open == text.npos || open == 0 || text.size() - open > kSignatureMax) {
    return 0;
  }
  return CodePointsOf(text.substr(open));
}

// Takes those out of `all`, by begin, that do not stand in [begin, end).
template <typename Placed>
void LeaveOutside(uint32_t begin, uint32_t end, absl::Span<const Placed>& all) {
  while (!all.empty() && all.front().begin < begin) all.remove_prefix(1);
  while (!all.empty() && all.back().begin >= end) all.remove_suffix(1);
}

void AppendWord(uint64_t code, std::string& word) {
  const uint64_t what = SignDetailOf(code);
  switch (SignKindOf(code)) {
    case SignKind::kNone:
      return;
    case SignKind::kCharacter:
      return AppendUtf8(static_cast<char32_t>(what), word);
    case SignKind::kLatin:
      for (uint32_t shift = kLettersMax * kLetterBits; shift > 0;) {
        shift -= kLetterBits;
        const uint64_t letter = what >> shift & ((1u << kLetterBits) - 1);
        if (letter != 0) word += static_cast<char>('a' + letter - 1);
      }
      return;
    case SignKind::kNumber:
      absl::StrAppend(&word, kNumbers[what]);
      return;
    case SignKind::kEnd:
      word += "。";
      return;
    case SignKind::kContact:
      absl::StrAppend(&word, "{", kContactNames[what], "}");
      return;
  }
}

}  // namespace

void ReadSigns(const StrippedText& stripped, absl::string_view submitted,
               absl::Span<const Contact> contacts,
               std::vector<TextSign>& signs) {
  signs.clear();
  signs.push_back({kSentenceEnd, 0, 0});
  absl::Span<const StrippedText::Unit> units = stripped.units;
  const uint32_t begin = SignatureAtBegin(submitted);
  const uint32_t end = stripped.code_points - SignatureAtEnd(submitted);
  LeaveOutside(begin, end, units);
  LeaveOutside(begin, end, contacts);
  Reader(units, contacts, signs).Run();
  if (signs.back().code != kSentenceEnd) {
    signs.push_back({kSentenceEnd, stripped.code_points, stripped.code_points});
  }
}

void ReadPieces(const StrippedText& pieces, absl::Span<const Contact> contacts,
                std::vector<TextSign>& signs) {
  const absl::Span<const StrippedText::Unit> units = pieces.units;
  size_t begin = 0;
  for (const uint32_t end : pieces.stretch_ends) {
    const auto piece = units.subspan(begin, end - begin);
    begin = end;
    if (piece.empty()) continue;
    // Contacts are sorted and do not overlap.
    absl::Span<const Contact> own = contacts;
    while (!own.empty() && own.front().end <= piece.front().begin) {
      own.remove_prefix(1);
    }
    while (!own.empty() && own.back().begin >= piece.back().end) {
      own.remove_suffix(1);
    }
    Reader(piece, own, signs).Run();
    signs.push_back({kNoSign, 0, 0});
  }
}

std::vector<uint64_t> SignsOfWord(absl::string_view word) {
  std::vector<TextSign> signs;
  while (!word.empty()) {
    const size_t open = std::min(word.find('{'), word.size());
    const StrippedText before = StripWord(word.substr(0, open));
    Reader(before.units, {}, signs).Run();
    word.remove_prefix(open);
    if (word.empty()) break;
    const size_t close = word.find('}');
    if (close == word.npos) return {};
    const auto* const name = std::find(
        kContactNames.begin(), kContactNames.end(), word.substr(1, close - 1));
    if (name == kContactNames.end()) return {};
    const auto kind = static_cast<uint64_t>(name - kContactNames.begin());
    signs.push_back({Code(SignKind::kContact, kind), 0, 0});
    word.remove_prefix(close + 1);
  }
  std::vector<uint64_t> codes;
  for (const TextSign& sign : signs) codes.push_back(sign.code);
  return codes;
}

absl::Span<const absl::string_view> ContactSigns() { return kContactNames; }

std::string WordOfSigns(absl::Span<const uint64_t> signs) {
  std::string word;
  for (const uint64_t code : signs) {
    const size_t before = word.size();
    AppendWord(code, word);
    // "click here", and not "clickhere".
    const bool joined = before > 0 && before < word.size() &&
                        IsAlnum(static_cast<uint8_t>(word[before - 1])) &&
                        IsAlnum(static_cast<uint8_t>(word[before]));
    if (joined) word.insert(before, " ");
  }
  return word;
}

}  // namespace sluice::rules
