#pragma once

// The acceptance of content rules' hits in the fixed text of a template: an
// officer must accept them when the template is released, and again when rules
// are published. The fixed text of a released template's messages is then not
// examined again, only their variables. An acceptance covers the rules and
// words that were listed, and never prohibited content.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "filter/policy/policy.h"
#include "filter/registry/registry.h"
#include "filter/registry/template_review.h"
#include "gateway/control/actor.h"
#include "rules/base/language.h"
#include "rules/rule_set.h"
#include "sluice/store/v1/party.pb.h"

namespace sluice::gateway {

// A template and the hits in its fixed text that are not accepted.
struct TemplateHits {
  std::string template_id;
  std::vector<filter::TemplateHit> hits;
};

// Who accepts hits, why and when.
struct Acceptance {
  const Actor& actor;
  int64_t at_ms = 0;
};

// What to do when a publication hits released templates.
enum class OnTemplateHits {
  kRefuse,  // Fail: an officer must accept the hits first.
  kAccept,  // Accept the hits, or fail if one is of prohibited content.
  kTell,    // Publish and log: their messages are examined like any text.
};

// Examines the fixed text of a template before its release, and adds the
// accepted hits to it. Errors: kFailedPrecondition (hits without `accept`, or
// of prohibited content; names rules and words); kInvalidArgument, as
// Registry::Build.
absl::Status ReleaseTemplate(const rules::RuleSet& rules,
                             const filter::Policy& policy, bool accept,
                             const Acceptance& by, store::v1::Party& party);

// The active templates of a registry in which rules have hits that are not
// accepted, by id.
struct TemplateReview {
  std::shared_ptr<const filter::Registry> registry;
  std::vector<TemplateHits> hits;
};

// Takes about 20 us a template. Suspended templates are examined when they
// become active again.
TemplateReview ReviewTemplates(std::shared_ptr<const filter::Registry> registry,
                               const rules::RuleSet& rules,
                               const filter::Policy& policy);

// Whether a hit is of prohibited content.
bool AnyProhibited(const std::vector<filter::TemplateHit>& hits);
bool AnyProhibited(const std::vector<TemplateHits>& hits);

// Adds the hits that `text` has not accepted yet to its accepted hits.
void Accept(const std::vector<filter::TemplateHit>& hits, const Acceptance& by,
            store::v1::Template& text);

// kFailedPrecondition: lists the hits and the remedy, which differs for
// prohibited content. `hits` is not empty.
absl::Status RefusedForTemplates(const std::vector<TemplateHits>& hits);

// `otp (gambling-sure "注册送", loans-score), sale (loans-sure "贷款")`, with
// the first 20 templates.
std::string ToString(const std::vector<TemplateHits>& hits,
                     Language language = Language::kEnglish);

}  // namespace sluice::gateway
