#include "rules/compare/weaker.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rules/base/quoted.h"
#include "rules/compare/list_weaker.h"
#include "rules/compare/policy_weaker.h"
#include "rules/compare/rules_weaker.h"

namespace sluice::rules {
namespace {

constexpr size_t kNamedMax = 3;

}  // namespace

std::vector<std::string> Weaker::Lines(Language language) const {
  std::vector<std::string> lines;
  for (const Warnings* const one : {&texts, &law, &other}) {
    for (std::string& line : one->Lines(language)) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

std::string HeadOf(const Weaker& weaker, Language language) {
  return Say(language, "比随附的 $0 宽松：",
             "Weaker than the shipped $0:", weaker.than);
}

Both FirstOf(const std::vector<std::string>& values) {
  Both all;
  const size_t named = std::min(values.size(), kNamedMax);
  for (size_t i = 0; i < named; ++i) {
    absl::StrAppend(&all.chinese, i == 0 ? "" : "、", Quoted(values[i]));
    absl::StrAppend(&all.english, i == 0 ? "" : ", ", Quoted(values[i]));
  }
  if (named < values.size()) {
    absl::StrAppend(&all.chinese, " 等 ", values.size(), " 个");
    absl::StrAppend(&all.english, " and ", values.size() - named, " more");
  }
  return all;
}

void FindWeaker(const Pack& shipped, const Pack& own, Weaker& weaker) {
  FindWeakerRules(shipped, own, weaker);
  FindWeakerLists(shipped, own, weaker);
  FindWeakerPolicy(shipped, own, weaker);
}

}  // namespace sluice::rules
