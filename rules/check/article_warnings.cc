#include "rules/check/article_warnings.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "rules/base/quoted.h"

namespace sluice::rules {
namespace {

// The regulation of 2015 has fewer articles.
constexpr uint32_t kArticlesMax = 40;
// The day of the text after it, of which nobody here knows how many it has.
constexpr absl::string_view kNextText = "2026-05-01";

// "13", "1-2", "6, 7", "13(2)".
bool IsArticleNumber(absl::string_view article) {
  return absl::ascii_isdigit(static_cast<unsigned char>(article[0])) &&
         article.find_first_not_of("0123456789-,. ()/") == article.npos;
}

// The highest of an article's numbers, but for those in brackets, which count
// its paragraphs.
uint32_t HighestOf(absl::string_view article) {
  uint32_t highest = 0;
  for (const absl::string_view part :
       absl::StrSplit(article, absl::ByAnyChar("-,. /"))) {
    uint32_t number = 0;
    if (absl::SimpleAtoi(part.substr(0, part.find('(')), &number)) {
      highest = std::max(highest, number);
    }
  }
  return highest;
}

class ArticleWarnings {
 public:
  ArticleWarnings(const Pack& pack, absl::Time now, Warnings& warnings)
      : china_(absl::c_linear_search(pack.header.countries(), "CN") &&
               absl::StrContains(pack.header.title(), "短信息服务管理规定") &&
               pack.header.effective_from() < kNextText),
        today_(absl::FormatTime("%Y-%m-%d", now + absl::Hours(24),
                                absl::UTCTimeZone())),
        warnings_(warnings) {}

  template <typename Many>
  void LookAt(const PackFile& file, const std::string& path, const Many& many) {
    for (int i = 0; i < many.size(); ++i) {
      const std::string at = absl::StrCat(path, "[", i, "]");
      LookAtNumber(file, at + ".article", many[i].article(),
                   many[i].basis() == sluice::v1::BASIS_LAW);
    }
  }

  template <typename Many>
  void LookAtDays(const PackFile& file, const std::string& path,
                  const Many& many) {
    for (int i = 0; i < many.size(); ++i) {
      const std::string& day = many[i].confirmed_on();
      if (day <= today_) continue;
      Add(file, absl::StrCat(path, "[", i, "].confirmed_on"),
          SayBoth("将来的日期", "days to come"),
          SayBoth("$0 还没有到：请写确认条款的那一天",
                  "$0 is a day to come: write the day on which the article was "
                  "confirmed",
                  Quoted(day)));
    }
  }

 private:
  void LookAtNumber(const PackFile& file, const std::string& path,
                    const std::string& article, bool law) {
    if (article.empty()) return;
    if (!IsArticleNumber(article)) {
      return Add(
          file, path, SayBoth("没有条号的条款", "articles without number"),
          SayBoth(
              "$0 不是条号，却会显示为条号：请只写数字，如 18 或 1-2；尚不知道"
              "时不写 'article'",
              "$0 is no article's number, and is shown as one: write only "
              "the number, such as 18 or 1-2; leave 'article' out while it "
              "is not known",
              Quoted(article)));
    }
    if (!china_ || !law || HighestOf(article) <= kArticlesMax) return;
    Add(file, path, SayBoth("不存在的条款", "articles that do not exist"),
        SayBoth("2015 年的规定没有第 $0 条：请核对条号，尚不知道时不写 "
                "'article'",
                "the regulation of 2015 has no article $0: look its number up, "
                "and leave 'article' out while it is not known",
                HighestOf(article)));
  }

  void Add(const PackFile& file, const std::string& path, const Both& kind,
           Both what) {
    warnings_.Add(file.path, file.positions.At(path), kind, std::move(what));
  }

  const bool china_;
  const std::string today_;  // Of whoever is furthest east.
  Warnings& warnings_;
};

}  // namespace

void FindArticleWarnings(const Pack& pack, absl::Time now, Warnings& warnings) {
  ArticleWarnings found(pack, now, warnings);
  found.LookAt(pack.articles_file, "articles", pack.articles.articles());
  found.LookAt(pack.articles_file, "duties", pack.articles.duties());
  found.LookAt(pack.rules_file, "rules", pack.rules.rules());
  found.LookAt(pack.rules_file, "thresholds", pack.rules.thresholds());
  found.LookAtDays(pack.articles_file, "articles", pack.articles.articles());
  found.LookAtDays(pack.articles_file, "duties", pack.articles.duties());
}

}  // namespace sluice::rules
