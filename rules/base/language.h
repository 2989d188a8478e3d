#pragma once

// What people read is said in Chinese and in English, both where it is said, so
// that whoever changes one sees the other.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"

namespace sluice {

enum class Language : uint8_t { kChinese, kEnglish };

// A fixed text in both.
struct Words {
  absl::string_view chinese;
  absl::string_view english;

  absl::string_view in(Language language) const {
    return language == Language::kEnglish ? english : chinese;
  }
};

// The text of this language, with the values in place of $0, $1, ...
template <typename... Values>
std::string Say(Language language, absl::string_view chinese,
                absl::string_view english, const Values&... values) {
  return absl::Substitute(language == Language::kEnglish ? english : chinese,
                          values...);
}

// A text in both languages, of whoever does not know who will read it.
struct Both {
  std::string chinese;  // Empty: there is none.
  std::string english;

  // The English where there is no Chinese.
  const std::string& in(Language language) const {
    return language == Language::kChinese && !chinese.empty() ? chinese
                                                              : english;
  }
};

// The text in both, with the values in place of $0, $1, ...
template <typename... Values>
Both SayBoth(absl::string_view chinese, absl::string_view english,
             const Values&... values) {
  return {absl::Substitute(chinese, values...),
          absl::Substitute(english, values...)};
}

// `status`, an error whose message is English, with the same in Chinese. Where
// the message begins with its field (rules/base/error_reason.h), the Chinese
// does not.
absl::Status WithChinese(absl::Status status, absl::string_view chinese);

// The Chinese of an error; empty: it has none.
std::string ChineseOf(const absl::Status& status);

}  // namespace sluice
