#pragma once

// Host names that a browser or a patient reader puts together: bad%2Dsite.com,
// evil%2Etop, e v i l - p a y . t o p. They become what they stand for in a
// copy of the submitted text, in which links are then found as in any other:
// also the letters that folding would change, as in sh%C3%B6p.cn. Apart because
// hardly any text has one.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/contacts/submitted_text.h"
#include "rules/fold/fold.h"
#include "rules/fold/text_runs.h"

namespace sluice::rules {

// Cheap: whether ShowHosts() may find something.
bool MayHideHosts(absl::string_view text, const std::vector<TextRun>& runs);

// A text as it is meant, and where each of its code points stands in the
// submitted text, in code points: [begin, end). One that is written as
// %e4%bd%a0 takes nine.
struct MeantText {
  struct Place {
    uint32_t begin = 0;
    uint32_t end = 0;
  };

  std::string bytes;
  std::vector<Place> places;
};

// What ShowHosts() needs; reuse it.
struct HiddenHostScratch {
  // One character of a name that stands apart, in bytes of the folded text.
  struct Character {
    char c = '\0';
    uint32_t begin = 0;
    uint32_t end = 0;
  };

  SubmittedText submitted;
  std::vector<Character> name;
  std::string host;
};

// Puts `submitted`, of which `folded` was made, with its hidden hosts as they
// are meant into `meant`; false: it has none.
bool ShowHosts(const FoldedText& folded, absl::string_view submitted,
               HiddenHostScratch& scratch, MeantText& meant);

}  // namespace sluice::rules
