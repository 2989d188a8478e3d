#pragma once

// The yes that a template's fixed text needs where content rules hit it: when
// the template is released, and when other rules are published. Its messages
// are then only looked at in their variables.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "filter/policy.h"
#include "filter/registry.h"
#include "rules/rule_set.h"
#include "sluice/v1/registry.pb.h"

namespace sluice::gateway {

// A template and the rules that hit its fixed text, to which nobody has said
// yes.
struct TemplateHits {
  std::string template_id;
  std::vector<std::string> rules;
};

// What becomes of a publication that hits released templates.
enum class OnTemplateHits {
  kRefuse,  // Somebody says yes first.
  kAccept,  // Somebody has: they go on being released.
  kTell,    // It must not wait; their messages are judged as any text.
};

// Examines the text of a template that is to be released, and writes into it
// which rules are accepted. Errors: kFailedPrecondition, naming the rules,
// unless `accept`; kInvalidArgument, as Registry::Build.
absl::Status ReleaseTemplate(const rules::RuleSet& rules,
                             const filter::Policy& policy, bool accept,
                             v1::Party& party);

// All templates of the registry that are not closed and that these rules newly
// hit, by id. Some 20 us each.
std::vector<TemplateHits> ReviewTemplates(const filter::Registry& registry,
                                          const rules::RuleSet& rules,
                                          const filter::Policy& policy);

// kFailedPrecondition: lists them and says how to say yes. `hits` is not empty.
absl::Status RefusedForTemplates(const std::vector<TemplateHits>& hits);

// "otp (gambling-sure, loans-score), sale (loans-sure)", with the first 20.
std::string ToString(const std::vector<TemplateHits>& hits);

}  // namespace sluice::gateway
