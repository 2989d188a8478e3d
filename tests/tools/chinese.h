#pragma once

// What a person who reads Chinese must not meet: sentences left in English.

#include <regex>
#include <string>
#include <vector>

namespace sluice::ctl {

// The runs of three or more English words in `text`, but for those in quotes
// and commands to run; words of ids, which have dashes, are none.
inline std::vector<std::string> EnglishIn(std::string text) {
  static const std::regex* const kLeftOut = new std::regex(
      R"(`[^`]*`|"[^"]*"|“[^“]*?”|sluicectl[ -~]*|CONTENT_[A-Z_]*)");
  static const std::regex* const kRun =
      new std::regex(R"((^|[^-A-Za-z_./])[A-Za-z]+( [A-Za-z]+){2,})");
  text = std::regex_replace(text, *kLeftOut, "`");
  std::vector<std::string> runs;
  for (std::sregex_iterator at(text.begin(), text.end(), *kRun), end; at != end;
       ++at) {
    runs.push_back(at->str());
  }
  return runs;
}

}  // namespace sluice::ctl
