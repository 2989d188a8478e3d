#pragma once

// The conditions of a word on each character of a text, beside its spelling.

#include <cstdint>
#include <vector>

namespace sluice::rules {

struct Mark {
  // How similar a character must be that is not the word's own.
  enum class Asks : uint8_t {
    kItself,  // Nothing but the word's own will do.
    // One in the same tone; in another one when no fewer characters of the word
    // are its own than are not so close.
    kTone,
    // One that looks nearly like it, under the same condition.
    kShape,
  };

  char32_t read = 0;  // The word's own character, as Spelling::Unit's.
  Asks asks = Asks::kItself;
  uint8_t tone = 0;       // 0: any.
  bool repeated = false;  // It stands there more than once.
  bool joined = false;    // It is joined of parts.
  // How the word itself writes it: Spelling::Unit's. A text that writes any
  // character otherwise, or another one, has the word only within one clause.
  uint8_t disguise = 0;
  bool apart = false;  // The word itself has a gap before it.

  bool operator==(const Mark&) const = default;
};

// One for each character of a word; empty: anything will do.
using Marks = std::vector<Mark>;

}  // namespace sluice::rules
