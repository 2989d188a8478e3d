#include "tools/sluicectl/text_file.h"

namespace sluice::ctl {

std::optional<std::string> TextReader::Next() {
  std::string line;
  while (std::getline(in_, line)) {
    ++line_;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    const size_t tab = line.find('\t');
    if (!labelled_) labelled_ = tab != std::string::npos;
    if (*labelled_ && tab != std::string::npos) line.erase(0, tab + 1);
    if (!line.empty()) return line;
  }
  return std::nullopt;
}

}  // namespace sluice::ctl
