#include "tools/lib/chinese_names.h"

#include "absl/strings/ascii.h"

namespace sluice::tools {
namespace {

// Of several names of a value, people read the first.
constexpr struct {
  absl::string_view type;
  absl::string_view chinese;
  absl::string_view english;
} kNames[] = {
    {"sluice.v1.MessageClass", "验证码", "VERIFICATION"},
    {"sluice.v1.MessageClass", "验证", "VERIFICATION"},
    {"sluice.v1.MessageClass", "通知", "NOTICE"},
    {"sluice.v1.MessageClass", "行业", "NOTICE"},
    {"sluice.v1.MessageClass", "营销", "COMMERCIAL"},
    {"sluice.v1.MessageClass", "推广", "COMMERCIAL"},
    {"sluice.v1.MessageClass", "广告", "COMMERCIAL"},
    {"sluice.v1.MessageClass", "商业", "COMMERCIAL"},
    {"sluice.v1.MessageClass", "征求同意", "CONSENT_REQUEST"},
    {"sluice.v1.MessageClass", "同意请求", "CONSENT_REQUEST"},
    {"sluice.v1.MessageClass", "公益", "PUBLIC_INTEREST"},
    {"sluice.v1.Decision", "放行", "ACCEPTED"},
    {"sluice.v1.Decision", "延迟", "DEFERRED"},
    {"sluice.v1.Decision", "待审", "HELD"},
    {"sluice.v1.Decision", "拒绝", "REJECTED"},
    {"sluice.v1.Decision", "未判定", "UNDECIDED"},
    {"sluice.v1.MessageState", "等待发送", "QUEUED"},
    {"sluice.v1.MessageState", "延迟", "DEFERRED"},
    {"sluice.v1.MessageState", "待审", "HELD"},
    {"sluice.v1.MessageState", "已停止", "STOPPED"},
    {"sluice.v1.MessageState", "已交运营商", "HANDED_OVER"},
    {"sluice.v1.MessageState", "运营商已接受", "TAKEN"},
    {"sluice.v1.MessageState", "运营商已拒绝", "REFUSED"},
    {"sluice.v1.MessageState", "结果不明", "UNKNOWN"},
    {"sluice.v1.MessageState", "已送达", "DELIVERED"},
    {"sluice.v1.MessageState", "未送达", "UNDELIVERED"},
    {"sluice.v1.MessageState", "没有状态报告", "NO_REPORT"},
    {"sluice.v1.MessageState", "已取消", "CANCELLED"},
    {"sluice.v1.MessageState", "已过期", "EXPIRED"},
    {"sluice.v1.MessageState", "已拒绝", "REJECTED"},
    {"sluice.admin.v1.StatisticsDimension", "持证单位", "LICENSEE"},
    {"sluice.admin.v1.StatisticsDimension", "账号", "ACCOUNT"},
    {"sluice.admin.v1.StatisticsDimension", "代理", "AGENT"},
    {"sluice.admin.v1.StatisticsDimension", "内容提供者", "CONTENT_PROVIDER"},
    {"sluice.admin.v1.StatisticsDimension", "签名", "SIGNATURE"},
    {"sluice.admin.v1.StatisticsDimension", "端口", "PORT"},
    {"sluice.admin.v1.StatisticsDimension", "运营商", "CARRIER"},
    {"sluice.admin.v1.StatisticsDimension", "链路", "LINK"},
    {"sluice.admin.v1.StatisticsDimension", "类别", "CLASS"},
    {"sluice.admin.v1.StatisticsDimension", "省份", "PROVINCE"},
    {"sluice.admin.v1.StatisticsDimension", "群发批次", "CAMPAIGN"},
    {"sluice.admin.v1.StatisticsStep", "小时", "HOUR"},
    {"sluice.admin.v1.StatisticsStep", "天", "DAY"},
    {"sluice.v1.Basis", "法规", "LAW"},
    {"sluice.v1.Basis", "运营商", "CARRIER"},
    {"sluice.v1.Basis", "本平台", "POLICY"},
    {"sluice.rules.v1.RuleAction", "拒绝", "REJECT"},
    {"sluice.rules.v1.RuleAction", "转人工审核", "HOLD"},
    {"sluice.rules.v1.RuleAction", "计分", "TAG"},
    {"sluice.rules.v1.CheckMode", "强制执行", "ENFORCE"},
    {"sluice.rules.v1.CheckMode", "仅观察", "OBSERVE"},
    {"sluice.rules.v1.CheckMode", "停用", "OFF"},
    {"sluice.rules.v1.CheckMode", "抽样执行", "SAMPLE"},
    {"sluice.rules.v1.FoldingLevel", "原样", "EXACT"},
    {"sluice.rules.v1.FoldingLevel", "常规", "NORMAL"},
    {"sluice.rules.v1.FoldingLevel", "反规避", "EVASIVE"},
    {"sluice.rules.v1.FoldingLevel", "同音", "HOMOPHONE"},
    {"sluice.rules.v1.ContactKind", "链接", "LINK"},
    {"sluice.rules.v1.ContactKind", "邮箱", "EMAIL"},
    {"sluice.rules.v1.ContactKind", "电话", "PHONE"},
    {"sluice.rules.v1.ContactKind", "QQ", "QQ"},
    {"sluice.rules.v1.ContactKind", "微信", "WECHAT"},
    {"sluice.admin.v1.Redecision", "人工放行", "RELEASED"},
    {"sluice.admin.v1.Redecision", "按新规则重新判定", "RECHECKED"},
    {"sluice.admin.v1.Redecision", "改正误拒", "REJUDGED"},
    {"sluice.admin.v1.LinkState", "已连接", "UP"},
    {"sluice.admin.v1.LinkState", "已断开", "DOWN"},
    {"sluice.admin.v1.LinkState", "已暂停", "PAUSED"},
    {"sluice.admin.v1.Carrier", "中国移动", "MOBILE"},
    {"sluice.admin.v1.Carrier", "中国联通", "UNICOM"},
    {"sluice.admin.v1.Carrier", "中国电信", "TELECOM"},
    {"sluice.admin.v1.Carrier", "中国广电", "BROADNET"},
    {"sluice.admin.v1.RuleVersionState", "草稿", "DRAFT"},
    {"sluice.admin.v1.RuleVersionState", "已审批", "APPROVED"},
    {"sluice.admin.v1.RuleVersionState", "已定时发布", "PLANNED"},
    {"sluice.admin.v1.RuleVersionState", "已发布", "PUBLISHED"},
    {"sluice.admin.v1.RuleVersionState", "已撤回", "WITHDRAWN"},
    {"sluice.admin.v1.RuleVersionStepKind", "提交草稿", "PUT"},
    {"sluice.admin.v1.RuleVersionStepKind", "审批", "APPROVED"},
    {"sluice.admin.v1.RuleVersionStepKind", "定时发布", "PLANNED"},
    {"sluice.admin.v1.RuleVersionStepKind", "取消定时", "UNPLANNED"},
    {"sluice.admin.v1.RuleVersionStepKind", "定时发布失败", "PLAN_FAILED"},
    {"sluice.admin.v1.RuleVersionStepKind", "发布", "PUBLISHED"},
    {"sluice.admin.v1.RuleVersionStepKind", "恢复生效", "BROUGHT_BACK"},
    {"sluice.admin.v1.RuleVersionStepKind", "被回滚", "TAKEN_BACK"},
    {"sluice.admin.v1.RuleVersionStepKind", "撤回", "WITHDRAWN"},
    {"sluice.admin.v1.OptOutSource", "回复", "REPLY"},
    {"sluice.admin.v1.OptOutSource", "投诉", "COMPLAINT"},
    {"sluice.admin.v1.OptOutSource", "12321", "HOTLINE_12321"},
    {"sluice.admin.v1.OptOutSource", "运营商", "CARRIER"},
    {"sluice.admin.v1.OptOutSource", "监管", "REGULATOR"},
    {"sluice.admin.v1.OptOutSource", "人工", "OFFICER"},
    {"sluice.admin.v1.OptOutSource", "导入", "IMPORT"},
    {"sluice.admin.v1.CorrectionState", "待确认", "PROPOSED"},
    {"sluice.admin.v1.CorrectionState", "执行中", "RUNNING"},
    {"sluice.admin.v1.CorrectionState", "已完成", "DONE"},
    {"sluice.admin.v1.CorrectionState", "已撤回", "WITHDRAWN"},
    {"sluice.admin.v1.PartyState", "有效", "ACTIVE"},
    {"sluice.admin.v1.PartyState", "已暂停", "SUSPENDED"},
    {"sluice.admin.v1.PartyState", "已注销", "CLOSED"},
    {"sluice.admin.v1.PartyKind", "持证单位", "LICENSEE"},
    {"sluice.admin.v1.PartyKind", "账号", "ACCOUNT"},
    {"sluice.admin.v1.PartyKind", "内容提供者", "CONTENT_PROVIDER"},
    {"sluice.admin.v1.PartyKind", "签名", "SIGNATURE"},
    {"sluice.admin.v1.PartyKind", "端口号", "PORT"},
    {"sluice.admin.v1.PartyKind", "端口", "PORT"},
    {"sluice.admin.v1.PartyKind", "模板", "TEMPLATE"},
    {"sluice.admin.v1.Role", "提交", "SUBMIT"},
    {"sluice.admin.v1.Role", "合规", "OFFICER"},
    {"sluice.admin.v1.Role", "投诉", "COMPLAINTS"},
    {"sluice.admin.v1.Role", "审计", "AUDIT"},
    {"sluice.admin.v1.Role", "管理员", "ADMIN"},
    {"sluice.admin.v1.VariableType", "数字", "DIGITS"},
    {"sluice.admin.v1.VariableType", "字母数字", "CODE"},
    {"sluice.admin.v1.VariableType", "金额", "AMOUNT"},
    {"sluice.admin.v1.VariableType", "日期", "DATE"},
    {"sluice.admin.v1.VariableType", "时间", "TIME"},
    {"sluice.admin.v1.VariableType", "姓名", "NAME"},
    {"sluice.admin.v1.VariableType", "文字", "TEXT"},
    {"sluice.admin.v1.VariableType", "链接", "LINK"},
    {"sluice.admin.v1.VariableType", "号码", "NUMBER"},
};

}  // namespace

absl::string_view EnglishName(const google::protobuf::EnumDescriptor& type,
                              absl::string_view text) {
  const absl::string_view word = absl::StripAsciiWhitespace(text);
  for (const auto& name : kNames) {
    if (type.full_name() == name.type && word == name.chinese) {
      return name.english;
    }
  }
  return "";
}

absl::string_view ChineseName(const google::protobuf::EnumDescriptor& type,
                              absl::string_view english) {
  for (const auto& name : kNames) {
    if (type.full_name() == name.type && english == name.english) {
      return name.chinese;
    }
  }
  return "";
}

}  // namespace sluice::tools
