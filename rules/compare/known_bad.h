#pragma once

// Texts that nobody may send, of every kind that the shipped pack stops, each
// with the rule that stops it there. Invented. A pack that lets some of them
// pass gives up what they stand for.

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/base/language.h"

namespace sluice::rules {

struct KnownBad {
  absl::string_view rule;  // Or threshold, of cn-2015: rejects or holds it.
  absl::string_view text;
};

struct KnownBadKind {
  Words name;
  absl::Span<const KnownBad> texts;
};

absl::Span<const KnownBadKind> KnownBadKinds();

}  // namespace sluice::rules
