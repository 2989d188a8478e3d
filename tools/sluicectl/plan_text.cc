#include "tools/sluicectl/plan_text.h"

#include <cstdint>

#include "tools/lib/words.h"
#include "tools/sluicectl/prose.h"

namespace sluice::ctl {

std::string CauseOf(const Context& context, const admin::v1::PlanFailure& why) {
  return context.Say("$0", "$1",
                     why.chinese().empty() ? why.english() : why.chinese(),
                     why.english());
}

namespace {

// What a person can do about a plan that cannot be carried out.
std::string AboutPlan(const Context& context, uint32_t number) {
  return context.Say(
      "  比较：sluicectl rules diff in-force $0\n"
      "  由它取代生效的版本：\n"
      "    sluicectl rules publish $0 --replaces 编号 --reason 原因\n"
      "  不再发布：sluicectl rules withdraw $0 --reason 原因\n",
      "  To compare: sluicectl rules diff in-force $0\n"
      "  To let it replace the version in force:\n"
      "    sluicectl rules publish $0 --replaces NUMBER --reason WHY\n"
      "  To drop it: sluicectl rules withdraw $0 --reason WHY\n",
      number);
}

}  // namespace

void PrintPlans(const Context& context,
                const admin::v1::RuleSetStatus& status) {
  for (const admin::v1::RuleVersion& version : status.plans_failed()) {
    const admin::v1::PlanFailure& why = version.plan_failure();
    PrintNote(context, context.Say("定时发布失败", "plan failed"),
              context.Say(" 版本 $0，原定于 $1：$2",
                          " version $0, planned for $1: $2", version.number(),
                          tools::TimeText(why.planned_time()),
                          CauseOf(context, why)));
    context.out << AboutPlan(context, version.number());
  }
  for (const admin::v1::RuleVersion& version : status.planned()) {
    if (!version.has_plan_obstacle()) continue;
    PrintNote(
        context, context.Say("注意", "note"),
        context.Say(" 版本 $0 定于 $1 发布，届时将失败：$2",
                    " Version $0 is planned for $1 and will fail: $2",
                    version.number(), tools::TimeText(version.planned_time()),
                    CauseOf(context, version.plan_obstacle())));
    context.out << AboutPlan(context, version.number());
  }
}

}  // namespace sluice::ctl
