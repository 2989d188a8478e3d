#include "rules/check/everyday.h"

#include <re2/re2.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "rules/match/regex_fold.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

constexpr absl::string_view kEverydayTexts[] = {
    "您好，验证码482913，5分钟内有效，请勿告知他人。",
    "您的订单已发货，快递员明天上午送达，请保持电话畅通，谢谢。",
    "通知：今天下午三点公司会议改到明天，请各位同事准时参加。",
    "尊敬的客户，您尾号1234的银行卡消费100元，余额5000元，详情请登录官网或致电"
    "客服95588。",
    "会员活动：全场满200元减50元，欢迎到店选购，退订回T",
    "妈，我晚上不回家吃饭了，你们先吃吧，周末再回来看你和爸爸。",
    "感谢使用中国移动10086，您的话费余额不足，请及时充值。",
    "您的包裹已放入小区东门快递柜，请凭取件码尽快领取，超时可能收费。",
    "您预约的门诊在周三上午九点，请提前半小时到二楼取号，就诊时带好身份证。",
    "家长您好，明天学校组织春游，请给孩子准备午餐和水，早上七点半在操场集合。",
    "您乘坐的航班因天气原因延误，预计起飞时间另行通知，给您带来不便，敬请谅解"
    "。",
    "小区今晚十点到明早六点停水检修，请提前储水，物业服务中心。",
    "您的保险下月到期，续保请联系您的业务员或到柜台办理。",
    "积分即将在年底过期，可在会员中心兑换礼品，感谢您一年来的支持。",
    "您好，感谢投递我公司职位，请于周五下午两点参加面试，地址见邮件。",
    "本月用电量和电费账单已出，请在月底前缴纳，可在营业厅或手机上办理。",
    "新店开业，全场八折，凭本短信到店可领取小礼品一份，数量有限，送完为止。",
    "您的手机银行登录成功，如非本人操作请及时联系客服。",
    "周末有空吗？一起去看足球比赛、打游戏，晚上聚餐唱歌。",
    "本店春装新到，欢迎进店试穿，微信转账、支付宝均可付款。",
    "本月工资已发放到银行卡，请查收，有问题请联系财务。",
    "信用卡本期账单5000元，最后还款日10日，请按时还款，以免影响征信。",
    "理财产品已到期，本金和收益已到账，请登录网上银行查看。",
    "师傅已接单，约二十分钟后上门维修，请保持电话畅通，家中留人。",
    "hello, your order has been shipped and arrives tomorrow at 10, thank you",
    "hi, are you free for lunch today? call me when you get home",
};

// Each with its folded form.
const std::vector<std::pair<absl::string_view, std::string>>& FoldedTexts() {
  static const auto* const kFolded = [] {
    auto* texts = new std::vector<std::pair<absl::string_view, std::string>>;
    for (const absl::string_view text : kEverydayTexts) {
      texts->emplace_back(text, FoldWord(text));
    }
    return texts;
  }();
  return *kFolded;
}

}  // namespace

absl::Span<const absl::string_view> EverydayTexts() { return kEverydayTexts; }

absl::string_view EverydayTextWith(absl::string_view folded) {
  for (const auto& [text, form] : FoldedTexts()) {
    if (absl::StrContains(form, folded)) return text;
  }
  return "";
}

absl::string_view EverydayTextMatching(const std::string& regex) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 re2(FoldRegex(regex), options);
  if (!re2.ok()) return "";
  for (const auto& [text, form] : FoldedTexts()) {
    if (RE2::PartialMatch(form, re2)) return text;
  }
  return "";
}

}  // namespace sluice::rules
