#pragma once

// Texts to judge, one a line, read from a file: `label<TAB>text`, or only the
// text.

#include <cstdint>
#include <istream>
#include <optional>
#include <string>

namespace sluice::ctl {

class TextReader {
 public:
  // `in` must outlive it. The first line that is not empty decides whether
  // lines have labels.
  explicit TextReader(std::istream& in) : in_(in) {}

  // The next text that is not empty; nullopt at the end. In a file with labels,
  // a line without a label is a text.
  std::optional<std::string> Next();

  // The line of the text returned last, from 1.
  uint64_t line() const { return line_; }

 private:
  std::istream& in_;
  std::optional<bool> labelled_;
  uint64_t line_ = 0;
};

}  // namespace sluice::ctl
