#pragma once

// A text of --help: what a command or flag is for, or an example.

#include <string>
#include <utility>

#include "rules/base/language.h"

namespace sluice::tools {

// In both languages; programs that speak English alone give no Chinese.
class HelpText {
 public:
  // The conversions are meant: most callers give a text as it stands.
  HelpText(const char* english) : text_{"", english} {}
  HelpText(std::string english) : text_{"", std::move(english)} {}
  HelpText(Both text) : text_(std::move(text)) {}
  HelpText(const Words& text)
      : text_{std::string(text.chinese), std::string(text.english)} {}
  HelpText(std::string chinese, std::string english)
      : text_{std::move(chinese), std::move(english)} {}

  // The English where there is no Chinese.
  const std::string& in(Language language) const { return text_.in(language); }

 private:
  Both text_;
};

}  // namespace sluice::tools
