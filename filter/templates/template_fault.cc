#include "filter/templates/template_fault.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rules/base/check.h"

namespace sluice::filter {
namespace {

struct FaultWords {
  VariableFault fault;
  absl::string_view name;
  absl::string_view chinese;
  absl::string_view english;
};
constexpr FaultWords kFaults[] = {
    {VariableFault::kType, "type", "变量值类型不符",
     "the value is of a different type"},
    {VariableFault::kLength, "length", "变量值长度不符",
     "the value has a different length"},
    {VariableFault::kMissing, "missing", "未提供变量值", "no value is given"},
};

constexpr std::pair<absl::string_view, absl::string_view> kTypes[] = {
    {"digits", "数字"}, {"code", "字母或数字"}, {"amount", "金额"},
    {"date", "日期"},   {"time", "时间"},       {"name", "姓名"},
    {"text", "文本"},   {"link", "链接"},       {"number", "电话号码"},
};
static_assert(std::size(kTypes) == kVariableTypes);

absl::string_view ChineseType(absl::string_view type) {
  for (const auto& [name, chinese] : kTypes) {
    if (name == type) return chinese;
  }
  return type;
}

}  // namespace

TemplateFaults::TemplateFaults(absl::string_view template_id,
                               const TemplateText& text) {
  for (const Variable& variable : text.variables()) {
    auto& rules = rules_.emplace_back();
    for (size_t i = 0; i < std::size(kFaults); ++i) {
      rules[i] =
          absl::StrCat(template_id, "/", variable.name, ":", kFaults[i].name,
                       ":", Name(variable.type), ":", variable.characters_min,
                       "-", variable.characters_max);
    }
  }
}

absl::string_view TemplateFaults::Of(size_t variable,
                                     VariableFault fault) const {
  for (size_t i = 0; i < std::size(kFaults); ++i) {
    if (kFaults[i].fault == fault) return rules_[variable][i];
  }
  SLUICE_CHECK(false);
  return {};
}

std::string TemplateFaultInWords(absl::string_view rule, Language language) {
  const std::vector<absl::string_view> parts = absl::StrSplit(rule, ':');
  if (parts.size() != 4) return "";
  const std::vector<absl::string_view> names = absl::StrSplit(parts[0], '/');
  const std::vector<absl::string_view> range = absl::StrSplit(parts[3], '-');
  if (names.size() != 2 || range.size() != 2) return "";
  for (const FaultWords& fault : kFaults) {
    if (fault.name != parts[1]) continue;
    const bool one = range[0] == range[1];
    if (language == Language::kEnglish) {
      return absl::StrCat(
          "variable ", names[1], " of template ", names[0], " must be of type ",
          parts[2], ", ", one ? "" : absl::StrCat(range[0], " to "), range[1],
          range[1] == "1" ? " character" : " characters", "; ", fault.english);
    }
    return absl::StrCat("模板 ", names[0], " 的变量 ", names[1], " 应为",
                        ChineseType(parts[2]), "，",
                        one ? "" : absl::StrCat(range[0], "至"), range[1],
                        "个字符；", fault.chinese);
  }
  return "";
}

}  // namespace sluice::filter
