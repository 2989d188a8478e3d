#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "rules/base/characters.h"
#include "rules/base/language.h"
#include "rules/base/reason_code.h"
#include "rules/pack/file_checker.h"
#include "rules/pack/pack.h"

namespace sluice::rules {
namespace {

class HeaderChecker : public FileChecker {
 public:
  using FileChecker::FileChecker;

  void Check(const rules::v1::PackHeader& header) {
    if (!IsId(header.name())) {
      Fault("name",
            SayBoth(
                "须填写 'name'，可用小写字母、数字和 '-'、'_'、'.'，最多 64 个"
                "字符",
                "'name' must be set, $0", kIdAllowed),
            header.name());
    }
    CheckVersion(header.version());
    if (header.title().empty()) Fault("title", MustBeSet("title"));
    CheckDate("effective_from", header.effective_from());
    CheckDate("effective_to", header.effective_to());
    if (!header.effective_to().empty() &&
        header.effective_to() < header.effective_from()) {
      Fault("effective_to",
            SayBoth("'effective_to' 早于 'effective_from'",
                    "'effective_to' is before 'effective_from'"));
    }
    absl::TimeZone zone;
    if (header.time_zone().empty() ||
        !absl::LoadTimeZone(header.time_zone(), &zone)) {
      Fault("time_zone",
            SayBoth("'time_zone' 须是 IANA 的时区名称，如 Asia/Shanghai",
                    "'time_zone' must be the IANA name of a zone: "
                    "Asia/Shanghai"),
            header.time_zone());
    }
    if (header.countries().empty()) {
      Fault("countries", SayBoth("'countries' 至少要有一个：[CN]",
                                 "'countries' must list at least one: [CN]"));
    }
    for (int i = 0; i < header.countries_size(); ++i) {
      const std::string& country = header.countries(i);
      if (country.size() == 2 && absl::ascii_isupper(country[0]) &&
          absl::ascii_isupper(country[1])) {
        continue;
      }
      Fault(absl::StrCat("countries[", i, "]"),
            SayBoth("国家写成两个大写字母（ISO 3166），如 CN",
                    "a country is two capitals (ISO 3166): CN"),
            country);
    }
  }

 private:
  void CheckVersion(const std::string& version) {
    for (const absl::string_view part : absl::StrSplit(version, '.')) {
      if (!part.empty() && AllDigits(part)) continue;
      Fault("version",
            SayBoth("'version' 须是以点隔开的数字，如 1.0",
                    "'version' must be dotted numbers: 1.0"),
            version);
      return;
    }
  }
};

class ArticlesChecker : public FileChecker {
 public:
  using FileChecker::FileChecker;

  void Check(const rules::v1::PackArticles& articles) {
    for (int i = 0; i < articles.articles_size(); ++i) {
      const std::string path = absl::StrCat("articles[", i, "]");
      if (CheckArticle(path, articles.articles(i))) {
        CheckIsReason(path + ".code", articles.articles(i).code());
      }
    }
    for (int i = 0; i < articles.duties_size(); ++i) {
      CheckArticle(absl::StrCat("duties[", i, "]"), articles.duties(i));
    }
  }

 private:
  // Duties have codes of their own: they are kept, not found in messages.
  void CheckIsReason(const std::string& path, const std::string& code) {
    if (ParseReasonCode(code)) return;
    std::vector<std::string> codes;
    for (int i = 0; i < kReasonCodes; ++i) {
      codes.emplace_back(Name(static_cast<ReasonCode>(i)));
    }
    const std::string nearest = NearestOf(code, codes);
    Fault(path,
          nearest.empty()
              ? SayBoth("没有检查使用代码“$0”；可用的代码见其他条款",
                        "no check has the code '$0'; see the other articles "
                        "for those that are",
                        code)
              : Both{absl::StrCat("没有检查使用代码“", code, "”",
                                  Suggestion(code, codes, Language::kChinese)),
                     absl::StrCat("no check has the code '", code, "'",
                                  Suggestion(code, codes))});
  }

  // Returns whether its code is well formed.
  bool CheckArticle(const std::string& path,
                    const rules::v1::Article& article) {
    const std::string& code = article.code();
    const bool well_formed =
        !code.empty() &&
        std::all_of(code.begin(), code.end(), [](unsigned char c) {
          return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
        });
    if (!well_formed) {
      Fault(path + ".code", SayBoth("须填写 'code'，如 RECIPIENT_OPTED_OUT",
                                    "'code' must be set: RECIPIENT_OPTED_OUT"));
    } else if (!codes_.insert(code).second) {
      Fault(path + ".code",
            SayBoth("代码“$0”重复", "duplicate code '$0'", code));
    }
    CheckBasis(path + ".basis", article.basis());
    if (article.requirement().empty()) {
      Fault(path + ".requirement", MustBeSet("requirement"));
    }
    if (!article.article().empty() && article.source().empty()) {
      Fault(path + ".article",
            SayBoth("条款号须带出处 'source'；尚未核实的不要填 'article'",
                    "an article's number needs its 'source'; leave 'article' "
                    "out while it is not confirmed"));
    }
    if (!article.article().empty() &&
        article.confidence() == rules::v1::CONFIDENCE_UNCONFIRMED) {
      Fault(path + ".article",
            SayBoth("尚未核实的条款号不会显示，请不要填",
                    "an unconfirmed article's number is not shown, leave it "
                    "out"));
    }
    CheckDate(path + ".confirmed_on", article.confirmed_on());
    return well_formed;
  }

  std::set<std::string> codes_;
};

}  // namespace

void CheckPack(const Pack& pack, Faults& faults, const StopAsked& stop) {
  std::vector<std::string> codes;
  for (const rules::v1::Article& article : pack.articles.articles()) {
    codes.push_back(article.code());
  }
  // Without them nobody knows which codes they would have explained.
  const bool articles = pack.articles_file.positions.IsReadable("articles");
  HeaderChecker(pack.header_file, faults).Check(pack.header);
  CheckPolicy(pack, articles ? &codes : nullptr, faults);
  ArticlesChecker(pack.articles_file, faults).Check(pack.articles);
  CheckRules(pack, articles ? &codes : nullptr, faults, stop);
}

}  // namespace sluice::rules
