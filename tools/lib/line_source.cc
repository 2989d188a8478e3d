#include "tools/lib/line_source.h"

#include <iterator>
#include <utility>

namespace sluice::tools {

NumberedLine LineSource::Next() {
  NumberedLine line;
  if (!given_back_.empty()) {
    line = std::move(given_back_.front());
    given_back_.pop_front();
    return line;
  }
  line.state = lines_.Next(line.text);
  line.number = lines_.number();
  line.octets = lines_.octets();
  if (line.state == LineReader::Line::kTooLong) line.fault = lines_.TooLong();
  return line;
}

void LineSource::GiveBack(std::vector<NumberedLine> lines) {
  given_back_.insert(given_back_.begin(),
                     std::make_move_iterator(lines.begin()),
                     std::make_move_iterator(lines.end()));
}

uint64_t LineSource::Drain() {
  given_back_.clear();
  std::string line;
  while (lines_.Next(line) != LineReader::Line::kEnd) {
  }
  return lines_.number();
}

}  // namespace sluice::tools
