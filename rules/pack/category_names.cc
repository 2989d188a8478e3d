#include "rules/pack/category_names.h"

#include "absl/strings/strip.h"

namespace sluice::rules {
namespace {

constexpr struct {
  absl::string_view name;
  absl::string_view id;
} kCategories[] = {
    {"赌博", "gambling"},
    {"博彩", "gambling"},
    {"涉赌", "gambling"},
    {"色情", "adult"},
    {"涉黄", "adult"},
    {"黄色", "adult"},
    {"银行", "bank_phishing"},
    {"冒充银行", "bank_phishing"},
    {"假证", "fake_documents"},
    {"办证", "fake_documents"},
    {"发票", "fake_documents"},
    {"代开发票", "fake_documents"},
    {"毒品", "illegal_trade"},
    {"涉毒", "illegal_trade"},
    {"枪支", "illegal_trade"},
    {"涉枪", "illegal_trade"},
    {"违禁品", "illegal_trade"},
    {"违法交易", "illegal_trade"},
    {"冒充", "impersonation"},
    {"冒充身份", "impersonation"},
    {"投资", "investment_fraud"},
    {"股票", "investment_fraud"},
    {"荐股", "investment_fraud"},
    {"投资诈骗", "investment_fraud"},
    {"贷款", "loan_fraud"},
    {"贷款诈骗", "loan_fraud"},
    {"诈骗", "modern_fraud"},
    {"新型诈骗", "modern_fraud"},
    {"钓鱼", "phishing"},
    {"中奖", "prize_fraud"},
    {"中奖诈骗", "prize_fraud"},
    {"刷单", "rebate_jobs"},
    {"兼职", "rebate_jobs"},
    {"刷单兼职", "rebate_jobs"},
};

}  // namespace

absl::string_view CategoryCalled(absl::string_view name) {
  absl::ConsumeSuffix(&name, "类");
  for (const auto& category : kCategories) {
    if (category.name == name) return category.id;
  }
  return "";
}

}  // namespace sluice::rules
