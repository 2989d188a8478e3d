#pragma once

// Reasons in words. Rendered for an answer, never stored: the same record reads
// in the language of each caller.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "filter/policy/language.h"
#include "filter/policy/reason.h"

namespace sluice::filter {

// From an accept-language header: English where it prefers en, else Chinese.
Language ChooseLanguage(absl::string_view accept_language);

// What is wrong, and with which rule and field; one sentence. `rule`
// and `field` as in Finding; either may be empty.
std::string Sentence(ReasonCode code, absl::string_view rule,
                     absl::string_view field, Language language);

// The sentence of a code alone; never empty.
absl::string_view PlainSentence(ReasonCode code, Language language);

}  // namespace sluice::filter
