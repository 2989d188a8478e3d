#include "tools/sluicectl/text_file.h"

namespace sluice::ctl {

std::optional<std::string> TextReader::Next() {
  std::string line;
  fault_.clear();
  for (;;) {
    const tools::LineReader::Line next = lines_.Next(line);
    if (next == tools::LineReader::Line::kEnd) return std::nullopt;
    if (next == tools::LineReader::Line::kTooLong) {
      fault_ = lines_.TooLong();
      return line;
    }
    if (line.empty()) continue;
    const size_t tab = line.find('\t');
    if (!labelled_) labelled_ = tab != std::string::npos;
    if (*labelled_ && tab != std::string::npos) line.erase(0, tab + 1);
    if (!line.empty()) return line;
  }
}

}  // namespace sluice::ctl
