#pragma once

// Host names that a browser or a patient reader puts together: bad%2Dsite.com,
// evil%2Etop, e v i l - p a y . t o p. They become what they stand for in a
// copy of the text, in which links are then found as in any other. Apart
// because hardly any text has one.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/fold/fold.h"
#include "rules/fold/text_runs.h"

namespace sluice::rules {

// Cheap: whether ShowHosts() may find something.
bool MayHideHosts(absl::string_view text, const std::vector<TextRun>& runs);

// What ShowHosts() needs; reuse it.
struct HiddenHostScratch {
  std::vector<uint32_t> origins;
  std::string name;
  std::vector<size_t> places;
};

// Puts `folded` with its hidden hosts as they are meant into `shown`; false:
// it has none.
bool ShowHosts(const FoldedText& folded, HiddenHostScratch& scratch,
               FoldedText& shown);

}  // namespace sluice::rules
