#pragma once

// A text as a row of signs, which words with weights are made of (pack.proto,
// WeightTable): what a text says, without how it is spelled. Characters that
// look alike are one sign, separators are none, and each number, link or
// account is a sign for its kind.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/contacts/contacts.h"
#include "rules/fold/evasive.h"

namespace sluice::rules {

enum class SignKind : uint8_t {
  kNone,
  kCharacter,
  kLatin,  // A Latin word.
  kNumber,
  kEnd,  // Of a sentence.
  kContact,
};

// A code is a kind in its highest bits and what it is below.
constexpr uint32_t kSignKindShift = 60;

constexpr SignKind SignKindOf(uint64_t code) {
  return static_cast<SignKind>(code >> kSignKindShift);
}
constexpr uint64_t SignDetailOf(uint64_t code) {
  return code & ((uint64_t{1} << kSignKindShift) - 1);
}

struct TextSign {
  uint64_t code = 0;   // The same for the same sign; 0: between two pieces.
  uint32_t begin = 0;  // Code points of the submitted text.
  uint32_t end = 0;
};

// A text's signs, and those of its other readings: Scanner::Readings, and with
// the parts of characters joined. None, when it has no other.
struct SignReadings {
  std::vector<TextSign> signs;
  std::vector<TextSign> other;
};

// Replaces what `signs` held by those of a text, with the end of a sentence at
// both ends. `submitted` is the text, `contacts` are its own, by begin. A
// signature in 【】 at either end is left out: who speaks is checked elsewhere,
// and anybody can write 银行.
void ReadSigns(const StrippedText& stripped, absl::string_view submitted,
               absl::Span<const Contact> contacts,
               std::vector<TextSign>& signs);

// Appends those of pieces of a text; no end of a sentence is added, and no word
// goes on from one piece to the next.
void ReadPieces(const StrippedText& pieces, absl::Span<const Contact> contacts,
                std::vector<TextSign>& signs);

// The signs of a word of a table; empty: it has none, or a brace that names no
// kind of contact.
std::vector<uint64_t> SignsOfWord(absl::string_view word);

// The kinds of contacts that a table may name in braces: "link", ...
absl::Span<const absl::string_view> ContactSigns();

// A word of these signs as a table writes it: SignsOfWord() reads it.
std::string WordOfSigns(absl::Span<const uint64_t> signs);

}  // namespace sluice::rules
