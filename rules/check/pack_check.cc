#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "rules/base/characters.h"
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
      Fault("name", absl::StrCat("'name' must be set, ", kIdAllowed),
            header.name());
    }
    CheckVersion(header.version());
    if (header.title().empty()) Fault("title", "'title' must be set");
    CheckDate("effective_from", header.effective_from());
    CheckDate("effective_to", header.effective_to());
    if (!header.effective_to().empty() &&
        header.effective_to() < header.effective_from()) {
      Fault("effective_to", "'effective_to' is before 'effective_from'");
    }
    absl::TimeZone zone;
    if (header.time_zone().empty() ||
        !absl::LoadTimeZone(header.time_zone(), &zone)) {
      Fault("time_zone",
            "'time_zone' must be the IANA name of a zone: Asia/Shanghai",
            header.time_zone());
    }
    if (header.countries().empty()) {
      Fault("countries", "'countries' must list at least one: [CN]");
    }
    for (int i = 0; i < header.countries_size(); ++i) {
      const std::string& country = header.countries(i);
      if (country.size() == 2 && absl::ascii_isupper(country[0]) &&
          absl::ascii_isupper(country[1])) {
        continue;
      }
      Fault(absl::StrCat("countries[", i, "]"),
            "a country is two capitals (ISO 3166): CN", country);
    }
  }

 private:
  void CheckVersion(const std::string& version) {
    for (const absl::string_view part : absl::StrSplit(version, '.')) {
      if (!part.empty() && AllDigits(part)) continue;
      Fault("version", "'version' must be dotted numbers: 1.0", version);
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
    Fault(path, absl::StrCat("no check has the code '", code, "'",
                             nearest.empty()
                                 ? "; see the other articles for those that are"
                                 : Suggestion(code, codes)));
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
      Fault(path + ".code", "'code' must be set: RECIPIENT_OPTED_OUT");
    } else if (!codes_.insert(code).second) {
      Fault(path + ".code", absl::StrCat("duplicate code '", code, "'"));
    }
    CheckBasis(path + ".basis", article.basis());
    if (article.requirement().empty()) {
      Fault(path + ".requirement", "'requirement' must be set");
    }
    if (!article.article().empty() && article.source().empty()) {
      Fault(path + ".article",
            "an article's number needs its 'source'; leave 'article' out "
            "while it is not confirmed");
    }
    if (!article.article().empty() &&
        article.confidence() == rules::v1::CONFIDENCE_UNCONFIRMED) {
      Fault(path + ".article",
            "an unconfirmed article's number is not shown, leave it out");
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
