#pragma once

// The templates of a content provider as its texts are held against them. Apart
// from the registry, which is rebuilt with every change of a party: unchanged
// parts are shared with the registry before, so that a change costs little.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/templates/template_fault.h"
#include "filter/templates/template_set.h"
#include "filter/templates/template_text.h"
#include "sluice/store/v1/party.pb.h"

namespace sluice::filter {

struct Template;

// A template's text, parsed. Immutable.
struct ReleasedText {
  TemplateText text;
  TemplateFaults faults;
  // Of its fixed text and the types and lengths of its variables: equal ones
  // are made from by the same texts.
  uint64_t digest = 0;
};

// Errors: kInvalidArgument, saying where in the text or which variable, with
// the field "text" or "variables".
absl::StatusOr<std::shared_ptr<const ReleasedText>> ReadReleasedText(
    absl::string_view template_id, const store::v1::Template& party);

// `fault`, an error about one field of a template, as that of a whole party:
// "template otp: ...", with the field "template.text".
absl::Status OfTemplate(absl::string_view id, const absl::Status& fault);

// Whether both have the same text and variables.
bool SameText(const store::v1::Template& a, const store::v1::Template& b);

// The set of some templates and the texts it was built of, by its index.
// Immutable; shared by the registries in which nothing of it changed.
struct SharedTemplateSet {
  explicit SharedTemplateSet(
      std::vector<std::shared_ptr<const ReleasedText>> all);
  const std::vector<std::shared_ptr<const ReleasedText>> texts;
  const TemplateSet set;
};

// The templates that are not closed of one content provider and for one of its
// signatures, or for any.
struct TemplateShelf {
  std::shared_ptr<const SharedTemplateSet> shared;
  std::vector<const Template*> templates;  // By index of the set.

  const TemplateSet& set() const { return shared->set; }
};

}  // namespace sluice::filter
