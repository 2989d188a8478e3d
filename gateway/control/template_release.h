#pragma once

// The yes that a template's fixed text needs where content rules hit it: when
// the template is released, and when other rules are published. Its messages
// are then only looked at in their variables. A yes is for the words of rules
// that were told, and never for prohibited content.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "filter/policy/policy.h"
#include "filter/registry/registry.h"
#include "filter/registry/template_review.h"
#include "rules/rule_set.h"
#include "sluice/store/v1/party.pb.h"

namespace sluice::gateway {

// A template and what hits its fixed text, to which nobody has said yes.
struct TemplateHits {
  std::string template_id;
  std::vector<filter::TemplateHit> hits;
};

// What becomes of a publication that hits released templates.
enum class OnTemplateHits {
  kRefuse,  // Somebody says yes first.
  kAccept,  // Somebody has: they go on being released, save what is prohibited.
  kTell,    // It must not wait; their messages are judged as any text.
};

// Examines the text of a template that is to be released, and adds to it what
// is accepted. Errors: kFailedPrecondition, naming rules and words, unless
// `accept`, and always when it is prohibited content; kInvalidArgument, as
// Registry::Build.
absl::Status ReleaseTemplate(const rules::RuleSet& rules,
                             const filter::Policy& policy, bool accept,
                             store::v1::Party& party);

// All templates of a registry that are active and that some rules newly hit, by
// id.
struct TemplateReview {
  std::shared_ptr<const filter::Registry> registry;
  std::vector<TemplateHits> hits;
};

// Some 20 us a template. Suspended ones are examined when they come back.
TemplateReview ReviewTemplates(std::shared_ptr<const filter::Registry> registry,
                               const rules::RuleSet& rules,
                               const filter::Policy& policy);

// Whether some of it is prohibited content.
bool AnyProhibited(const std::vector<filter::TemplateHit>& hits);
bool AnyProhibited(const std::vector<TemplateHits>& hits);

// Says yes to what is not accepted yet.
void Accept(const std::vector<filter::TemplateHit>& hits,
            store::v1::Template& text);

// kFailedPrecondition: lists them and says what can be done: for prohibited
// content another thing than for the rest. `hits` is not empty.
absl::Status RefusedForTemplates(const std::vector<TemplateHits>& hits);

// `otp (gambling-sure "注册送", loans-score), sale (loans-sure "贷款")`, with
// the first 20 templates.
std::string ToString(const std::vector<TemplateHits>& hits);

}  // namespace sluice::gateway
