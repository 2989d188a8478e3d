#include "tools/sluicectl/rules/merge_steps.h"

#include "tools/sluicectl/rules/rules_commands.h"

namespace sluice::ctl {
namespace {

// Drafts between a draft and what they were made from.
constexpr int kStepsMax = 20;

}  // namespace

Both MergeSteps(const admin::v1::RuleVersion& version) {
  return SayBoth(
      "要合并两者的改动：\n"
      "  1. 导出生效的版本：sluicectl rules export ./merged\n"
      "  2. 查看本版本的改动：sluicectl rules diff $1 $0\n"
      "  3. 在 ./merged 中作同样的改动：sluicectl rules edit，或用编辑器\n"
      "  4. 导入，由同事审批：sluicectl rules import ./merged --reason 原因\n"
      "要由它取代生效的版本，并撤销其改动：\n"
      "  sluicectl rules diff in-force $0\n"
      "  sluicectl rules publish $0 --replaces 编号 --reason 原因",
      "To merge the changes of both:\n"
      "  1. Export the version in force: sluicectl rules export ./merged\n"
      "  2. Look at what this one changed: sluicectl rules diff $1 $0\n"
      "  3. Change the same in ./merged: sluicectl rules edit, or any editor\n"
      "  4. Import it, for a colleague to approve: sluicectl rules import "
      "./merged\n"
      "     --reason WHY\n"
      "To let it replace the version in force and undo its changes:\n"
      "  sluicectl rules diff in-force $0\n"
      "  sluicectl rules publish $0 --replaces NUMBER --reason WHY",
      version.number(), version.based_on());
}

bool LacksChanges(const Context& context, const admin::v1::RuleVersion& version,
                  uint32_t in_force) {
  uint32_t base = version.based_on();
  for (int step = 0; step < kStepsMax && base != 0; ++step) {
    if (base == in_force) return false;
    admin::v1::GetVersionRequest request;
    request.set_number(base);
    admin::v1::GetVersionResponse response;
    if (!CallRules(context, &admin::v1::RulesService::Stub::GetVersion, request,
                   response)
             .ok()) {
      return false;
    }
    base = response.version().based_on();
  }
  return version.based_on() != 0;
}

}  // namespace sluice::ctl
