#include "filter/templates/template_shelf.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "filter/policy/hash.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"

namespace sluice::filter {
namespace {

absl::StatusOr<Variable> ReadVariable(const store::v1::Template::Variable& in) {
  Variable variable;
  variable.name = in.name();
  const absl::StatusOr<VariableType> type = ParseVariableType(in.type());
  if (!type.ok()) {
    const std::string name = Shortened(in.name(), kQuotedBytesMax);
    const Both what = BothOf(type.status());
    return WithField(
        ErrorOf(absl::StatusCode::kInvalidArgument,
                {absl::StrCat("变量 ", name, "：", what.in(Language::kChinese)),
                 absl::StrCat("variable ", name, ": ", what.english)}),
        "variables");
  }
  variable.type = *type;
  // TemplateText::Parse rejects what does not fit.
  const auto length = [](uint32_t characters) {
    return static_cast<uint16_t>(std::min(characters, uint32_t{UINT16_MAX}));
  };
  variable.characters_min = length(std::max(in.characters_min(), 1u));
  variable.characters_max = length(in.characters_max());
  return variable;
}

uint64_t DigestOf(const TemplateText& text) {
  std::string all;
  const size_t variables = text.variables().size();
  for (size_t i = 0; i <= variables; ++i) {
    absl::StrAppend(&all, text.folded(i), "\n");
    if (i == variables) break;
    const Variable& variable = text.variables()[i];
    absl::StrAppend(&all, text.spaced(i) ? " " : "", Name(variable.type), ":",
                    variable.characters_min, "-", variable.characters_max,
                    "\n");
  }
  return HashOf(all);
}

TemplateSet BuildSet(
    const std::vector<std::shared_ptr<const ReleasedText>>& all) {
  std::vector<const TemplateText*> texts;
  texts.reserve(all.size());
  for (const auto& released : all) texts.push_back(&released->text);
  return TemplateSet(texts);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ReleasedText>> ReadReleasedText(
    absl::string_view template_id, const store::v1::Template& party) {
  std::vector<Variable> variables;
  for (const store::v1::Template::Variable& in : party.variables()) {
    SLUICE_ASSIGN_OR_RETURN(Variable variable, ReadVariable(in));
    variables.push_back(std::move(variable));
  }
  SLUICE_ASSIGN_OR_RETURN(
      TemplateText text,
      TemplateText::Parse(party.text(), std::move(variables)));
  TemplateFaults faults(template_id, text);
  const uint64_t digest = DigestOf(text);
  return std::make_shared<const ReleasedText>(
      ReleasedText{std::move(text), std::move(faults), digest});
}

absl::Status OfTemplate(absl::string_view id, const absl::Status& fault) {
  const std::string field = FieldOf(fault);
  // The Chinese does not name the template: whoever reads it changes this one.
  absl::Status told = ErrorOf(
      fault.code(),
      {ChineseOf(fault), absl::StrCat("template ", id, ": ", fault.message())});
  if (field.empty()) return told;
  return WithOuterField(WithField(std::move(told), field), "template");
}

bool SameText(const store::v1::Template& a, const store::v1::Template& b) {
  return a.text() == b.text() &&
         std::equal(a.variables().begin(), a.variables().end(),
                    b.variables().begin(), b.variables().end(),
                    [](const auto& x, const auto& y) {
                      return x.name() == y.name() && x.type() == y.type() &&
                             x.characters_min() == y.characters_min() &&
                             x.characters_max() == y.characters_max();
                    });
}

SharedTemplateSet::SharedTemplateSet(
    std::vector<std::shared_ptr<const ReleasedText>> all)
    : texts(std::move(all)), set(BuildSet(texts)) {}

}  // namespace sluice::filter
