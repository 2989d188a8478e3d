// Which real texts the shipped pack stops and passes. tools/evaluate measures
// more; this test keeps a change from making the pack worse unnoticed.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "filter/policy/policy.h"
#include "tests/filter/small_world.h"

namespace sluice::filter {
namespace {

// What the content rules of the shipped pack say of commercial texts.
class Judge {
 public:
  Judge() : policy_(*Policy::Build(*Cn2015())) {}

  const std::vector<Finding>& Of(const std::string& text) {
    rules::FoldTable::Shared().Fold(text, folded_);
    hits_.clear();
    findings_.clear();
    Cn2015()->Match(folded_,
                    {v1::MESSAGE_CLASS_COMMERCIAL, folded_.code_points, text},
                    scratch_, hits_);
    policy_->content().Judge(hits_, MessageClass::kCommercial, {}, 0,
                             findings_);
    return findings_;
  }

 private:
  const std::shared_ptr<const Policy> policy_;
  rules::FoldedText folded_;
  rules::RuleScratch scratch_;
  std::vector<rules::Hit> hits_;
  std::vector<Finding> findings_;
};

// How many texts of each label are rejected or held.
class Shares {
 public:
  // Returns false when the file is missing.
  bool Measure(const std::string& name) {
    std::ifstream in(absl::StrCat("../shared/data/sms/", name, ".tsv"));
    if (!in) return false;
    for (std::string line; std::getline(in, line);) {
      const size_t tab = line.find('\t');
      if (tab == line.npos) continue;
      auto& [texts, stopped] = counts_[{name, line.substr(0, tab)}];
      ++texts;
      stopped += IsStopped(line.substr(tab + 1));
    }
    return true;
  }

  // The share of all labels that begin with one of `prefixes`; prints it.
  double Percent(const std::string& name,
                 std::initializer_list<const char*> prefixes) const {
    int texts = 0;
    int stopped = 0;
    for (const auto& [label, count] : counts_) {
      const bool wanted =
          label.first == name &&
          std::any_of(prefixes.begin(), prefixes.end(),
                      [&label = label](const char* prefix) {
                        return absl::StartsWith(label.second, prefix);
                      });
      if (!wanted) continue;
      texts += count.first;
      stopped += count.second;
    }
    const double percent = 100.0 * stopped / texts;
    std::cout << std::left << std::setw(18) << name << std::setw(24)
              << *prefixes.begin() << std::right << std::setw(6) << stopped
              << " of " << std::setw(6) << texts << std::fixed
              << std::setprecision(3) << std::setw(9) << percent << " %\n";
    return percent;
  }

 private:
  bool IsStopped(const std::string& text) {
    return absl::c_any_of(judge_.Of(text),
                          [](const Finding& one) { return !one.observed; });
  }

  Judge judge_;
  // By file and label: texts, and stopped texts.
  std::map<std::pair<std::string, std::string>, std::pair<int, int>> counts_;
};

TEST(Cn2015Content, CatchesFraudAndSparesTheRest) {
  Shares shares;
  for (const char* name :
       {"zh-mudou", "zh-nus-ham", "zh-fbs", "en-smishing-5971"}) {
    if (!shares.Measure(name)) {
      GTEST_SKIP() << "no ../shared/data/sms/" << name << ".tsv here";
    }
  }
  EXPECT_LT(shares.Percent("zh-mudou", {"ham"}), 0.5);
  EXPECT_LT(shares.Percent("zh-nus-ham", {"ham"}), 0.02);
  EXPECT_LT(shares.Percent("en-smishing-5971", {"ham"}), 0.1);
  EXPECT_LT(shares.Percent("zh-fbs", {"AD:Retail"}), 1);
  EXPECT_LT(shares.Percent("zh-fbs", {"AD:Network_service"}), 1);
  EXPECT_GT(shares.Percent("zh-fbs", {"FR:", "IL:"}), 87);
  EXPECT_GT(shares.Percent("zh-fbs", {"FR:Phishing(Bank)"}), 95);
  EXPECT_GT(shares.Percent("zh-fbs", {"IL:Fake_ID_and_invoice"}), 90);
  EXPECT_GT(shares.Percent("zh-fbs", {"IL:Gambling"}), 85);
  EXPECT_GT(shares.Percent("en-smishing-5971", {"smishing"}), 50);
}

// Who sells goods says that there is an invoice for them. A person may look; to
// be refused as prohibited content has no remedy.
TEST(Cn2015Content, RefusesNoSellerWithAnInvoice) {
  Judge judge;
  for (const char* text : {
           "水泥、砂石现货供应，送货上门，可开专票，电话13800000000，拒收请回复"
           "R",
           "机票代理，团队票优惠，如需专票请联系客服13800000001，拒收请回复R",
           "代理记账每月200元起，含报税、开票，咨询13800000002，拒收请回复R",
           "打印耗材批发，含税价，可开增值税专用发票，微信hd0000，拒收请回复R",
           "整车零担运输，可开9个点专票，联系人王经理13800000003，拒收请回复R",
           "入住可开具专票，如需发票请提供税号，前台13800000004",
           "您要的发票已开好，专票抬头请核对后回复，电话13800000005",
           "劳务派遣、灵活用工，合规开票，电话13800000007，拒收请回复R",
           "挖机出租，可提供正规发票，QQ 100000000，拒收请回复R",
           "会议团建一站式服务，可开专票，加微信ly0000咨询，拒收请回复R",
           "所有产品均含13%增值税专用发票，请致电13800000008订购",
       }) {
    EXPECT_FALSE(absl::c_any_of(judge.Of(text), [](const Finding& one) {
      return !one.observed && !one.hold;
    })) << text;
  }
  for (const char* text : {
           "有各行业发票可代开，专票普票点数优惠，电话13800000000",
           "专票普票，点数低，可先验后付款，微信fp0000",
           "大量餐饮住宿建材票据，真票可查，需要联系13800000000",
       }) {
    EXPECT_FALSE(judge.Of(text).empty()) << text;
  }
}

}  // namespace
}  // namespace sluice::filter
