#include "tools/sluicectl/call_names.h"

#include "absl/strings/string_view.h"

namespace sluice::ctl {
namespace {

constexpr struct {
  absl::string_view method;
  absl::string_view chinese;
} kCalls[] = {
    {"AuditService.GetMessage", "查看短信"},
    {"AuditService.SearchMessages", "搜索短信"},
    {"AuditService.StreamMessages", "导出短信"},
    {"DossierService.GetDossier", "查看号码档案"},
    {"ErasuresService.CreateErasure", "登记删除请求"},
    {"ErasuresService.ListErasures", "查看删除请求"},
    {"ErasuresService.PreviewErasure", "预览删除"},
    {"HistoryService.ListOperatorActions", "查看操作记录"},
    {"HoldsService.GetHold", "查看待审短信"},
    {"HoldsService.ListHolds", "列出待审短信"},
    {"HoldsService.RejectHolds", "拒绝待审短信"},
    {"HoldsService.RejudgeMessages", "改正误拒"},
    {"HoldsService.ReleaseHolds", "放行待审短信"},
    {"OptOutsService.LookupOptOuts", "查询退订"},
    {"OptOutsService.ProposeCorrection", "提出更正退订"},
    {"OptOutsService.StreamOptOuts", "导出退订"},
    {"ProofsService.ProveMessage", "出具短信证明"},
    {"RepliesService.ListReplies", "查看上行回复"},
    {"RulesService.PreviewVersion", "预览规则"},
};

}  // namespace

std::string CallText(const Context& context, const std::string& method) {
  for (const auto& call : kCalls) {
    if (call.method == method) {
      return context.Say(std::string(call.chinese), method);
    }
  }
  return method;
}

}  // namespace sluice::ctl
