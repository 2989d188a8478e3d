#pragma once

// Texts to judge, one a line, read from a file: `label<TAB>text`, or the text
// alone.

#include <cstdint>
#include <istream>
#include <optional>
#include <string>

namespace sluice::ctl {

class TextReader {
 public:
  // `in` must outlive it. The first line with something in it decides whether
  // lines have labels.
  explicit TextReader(std::istream& in) : in_(in) {}

  // The next text that is not empty; nullopt at the end. In a file with labels,
  // a line without one is taken for a text.
  std::optional<std::string> Next();

  // Of the text returned last, from 1.
  uint64_t line() const { return line_; }

 private:
  std::istream& in_;
  std::optional<bool> labelled_;
  uint64_t line_ = 0;
};

}  // namespace sluice::ctl
