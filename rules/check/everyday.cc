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
    "hello, your order has been shipped and arrives tomorrow at 10, thank you",
    "hi, are you free for lunch today? call me when you get home",
};

// Each with its folded form.
const std::vector<std::pair<absl::string_view, std::string>>& EverydayTexts() {
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

absl::string_view EverydayTextWith(absl::string_view folded) {
  for (const auto& [text, form] : EverydayTexts()) {
    if (absl::StrContains(form, folded)) return text;
  }
  return "";
}

absl::string_view EverydayTextMatching(const std::string& regex) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 re2(FoldRegex(regex), options);
  if (!re2.ok()) return "";
  for (const auto& [text, form] : EverydayTexts()) {
    if (RE2::PartialMatch(form, re2)) return text;
  }
  return "";
}

}  // namespace sluice::rules
