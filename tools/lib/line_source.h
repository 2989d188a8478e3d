#pragma once

// Lines of a file that may be given back: whoever reads a record over several
// lines finds only later that the record was the first of them alone.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <istream>
#include <string>
#include <vector>

#include "rules/base/language.h"
#include "tools/lib/line_reader.h"

namespace sluice::tools {

// One line, without its end.
struct NumberedLine {
  LineReader::Line state = LineReader::Line::kEnd;
  std::string text;
  uint64_t number = 0;  // From 1.
  uint64_t octets = 0;
  Both fault;  // Of a line that is too long.
};

class LineSource {
 public:
  // As LineReader.
  LineSource(std::istream& in, size_t octets_max) : lines_(in, octets_max) {}

  NumberedLine Next();
  // The next lines, the first first.
  void GiveBack(std::vector<NumberedLine> lines);

  // The lines that the file has had so far.
  uint64_t read() const { return lines_.number(); }
  // After kEnd: whether the file ended because the disk could not be read.
  bool broken() const { return lines_.broken(); }
  // Reads to the end, holding nothing. The number of the last line.
  uint64_t Drain();

 private:
  LineReader lines_;
  std::deque<NumberedLine> given_back_;
};

}  // namespace sluice::tools
