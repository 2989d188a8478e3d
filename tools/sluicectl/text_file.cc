#include "tools/sluicectl/text_file.h"
#include "rules/base/language.h"

#include <utility>

namespace sluice::ctl {

std::optional<std::string> TextReader::Next() {
  std::string line;
  fault_ = {};
  for (;;) {
    const tools::LineReader::Line next = lines_.Next(line);
    if (next == tools::LineReader::Line::kEnd) {
      if (!lines_.broken() || std::exchange(ended_, true)) return std::nullopt;
      fault_ = SayBoth("这一行之后无法读取文件",
                       "the file cannot be read behind this line");
      return line;
    }
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
