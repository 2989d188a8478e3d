#pragma once

// Names the fault of a text or value that does not fit its template: as the
// `rule` of a finding, short and without the value, and as a sentence. Apart
// from sentence.h because these rules are made of a template's own
// declarations.

#include <array>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "filter/policy/language.h"
#include "filter/templates/template_text.h"
#include "filter/templates/variable.h"

namespace sluice::filter {

// The rules of one template's findings, made once so that findings may borrow
// them: "otp/code:length:digits:4-6" for each variable and fault.
class TemplateFaults {
 public:
  TemplateFaults(absl::string_view template_id, const TemplateText& text);

  // `variable` is an index into text.variables(); kType, kLength or kMissing.
  absl::string_view Of(size_t variable, VariableFault fault) const;

 private:
  std::vector<std::array<std::string, 3>> rules_;  // By variable, then fault.
};

// Such a rule in words; empty when `rule` is none.
std::string TemplateFaultInWords(absl::string_view rule, Language language);

}  // namespace sluice::filter
