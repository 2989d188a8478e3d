#pragma once

// Texts to judge, one a line, read from a file: `label<TAB>text`, or only the
// text.

#include <cstdint>
#include <istream>
#include <optional>
#include <string>

#include "rules/base/language.h"
#include "tools/lib/line_reader.h"

namespace sluice::ctl {

class TextReader {
 public:
  // `in` must outlive it. The first line that is not empty decides whether
  // lines have labels.
  explicit TextReader(std::istream& in) : lines_(in) {}

  // The next text that is not empty, or the next line that is too long, or the
  // fault that ends the file early; nullopt at the end. In a file with labels,
  // a line without a label is a text.
  std::optional<std::string> Next();

  // Of what Next() returned last: the line, from 1, and its fault; empty: none.
  uint64_t line() const { return lines_.number(); }
  const Both& fault() const { return fault_; }

 private:
  tools::LineReader lines_;
  std::optional<bool> labelled_;
  Both fault_;
  bool ended_ = false;
};

}  // namespace sluice::ctl
