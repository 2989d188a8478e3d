#pragma once

// The objects of a file of JSON, each as its own text: one a line, or printed
// over several lines, or the elements of an array.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "rules/base/language.h"
#include "tools/lib/line_source.h"

namespace sluice::tools {

// An object, from { to }; or what is wrong at this place.
struct JsonObject {
  std::string text;
  uint64_t line = 0;
  uint64_t column = 1;  // In characters.
  uint64_t lines = 1;   // That it touches and no object before it did.
  Both fault;           // Its English is empty: none.
};

// Splits by braces and strings alone; what an object holds is for a parser to
// judge. A line that begins with { begins an object, whatever was open before,
// so that a broken object costs none of those behind it.
class JsonSource {
 public:
  // `lines` must outlive it.
  explicit JsonSource(LineSource& lines) : lines_(lines) {}

  // The next object; nullopt at the end of the file.
  std::optional<JsonObject> Next();

 private:
  // The next line, if this one has nothing left. False at the end of the file.
  bool SkipToText();
  // Takes `line` as the one that is read.
  void Enter(NumberedLine line);
  JsonObject Begin();
  // Reads an object that begins here.
  JsonObject ReadObject();
  // Where the object that is open ends in this line; npos: not in it.
  size_t EndOfObject();
  // Reads the next line of an object that is open. False: it is none; the
  // fault is set.
  bool GoOn(JsonObject& object);
  // What follows the object in its line.
  void CheckRest(JsonObject& object);
  JsonObject Unreadable(JsonObject object, Both fault);
  std::optional<JsonObject> AtEnd();

  LineSource& lines_;
  NumberedLine line_;
  size_t at_ = 0;            // Of what is not read in line_.
  uint64_t counted_ = 0;     // The last line that an object counts.
  uint64_t array_line_ = 0;  // Of the array that is open; 0: none.
  uint64_t array_column_ = 0;
  int depth_ = 0;
  bool in_string_ = false;
};

}  // namespace sluice::tools
