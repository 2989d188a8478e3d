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

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "filter/policy/policy.h"
#include "tests/filter/small_world.h"

namespace sluice::filter {
namespace {

// How many texts of each label are rejected or held.
class Shares {
 public:
  Shares() : policy_(*Policy::Build(*Cn2015())) {}

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
    rules::FoldTable::Shared().Fold(text, folded_);
    hits_.clear();
    findings_.clear();
    Cn2015()->Match(folded_,
                    {v1::MESSAGE_CLASS_COMMERCIAL, folded_.code_points, text},
                    scratch_, hits_);
    policy_->content().Judge(hits_, MessageClass::kCommercial, {}, 0,
                             findings_);
    return std::any_of(findings_.begin(), findings_.end(),
                       [](const Finding& f) { return !f.observed; });
  }

  const std::shared_ptr<const Policy> policy_;
  rules::FoldedText folded_;
  rules::RuleScratch scratch_;
  std::vector<rules::Hit> hits_;
  std::vector<Finding> findings_;
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

}  // namespace
}  // namespace sluice::filter
