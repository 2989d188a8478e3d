#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "rules/pack.h"
#include "rules/regex_check.h"

namespace sluice::rules {
namespace {

// Malformed messages cannot go at all; ownership, refusals, blocks, stops,
// prohibited content and expiry are never merely observed (design.md, section
// 9).
constexpr absl::string_view kAlwaysEnforced[] = {"RECIPIENT_INVALID",
                                                 "TEXT_EMPTY",
                                                 "TEXT_TOO_LONG",
                                                 "TEXT_NOT_UTF8",
                                                 "FIELD_INVALID",
                                                 "SENDER_MISSING",
                                                 "ACCESS_NUMBER_TOO_LONG",
                                                 "MESSAGE_DUPLICATE_KEY",
                                                 "PROVIDER_SUSPENDED",
                                                 "ACCESS_CODE_NOT_REGISTERED",
                                                 "SENDER_NOT_OWNED",
                                                 "PORT_SUSPENDED",
                                                 "CLASS_UNKNOWN",
                                                 "CONTENT_PROHIBITED",
                                                 "NEVER_SEND",
                                                 "RECIPIENT_OPTED_OUT",
                                                 "RECIPIENT_COMPLAINED",
                                                 "EXPIRED",
                                                 "STOPPED"};

const std::vector<std::string>& LimitKeys() {
  static const auto& keys = *new std::vector<std::string>{
      "recipient", "account", "content_provider", "port", "signature",
      "template",  "content", "campaign",         "class"};
  return keys;
}

bool IsDate(const std::string& text) {
  absl::CivilDay day;
  return text.size() == 10 && absl::ParseCivilTime(text, &day) &&
         absl::FormatCivilTime(day) == text;
}

bool IsWindow(absl::string_view text) {
  for (const absl::string_view unit :
       {"minute", "hour", "day", "week", "month"}) {
    if (text == unit) return true;
  }
  if (text.size() < 2 || !absl::ascii_isdigit(text[0])) return false;
  uint32_t seconds = 0;
  switch (text.back()) {
    case 's':
      seconds = 1;
      break;
    case 'm':
      seconds = 60;
      break;
    case 'h':
      seconds = 60 * 60;
      break;
    case 'd':
      seconds = 24 * 60 * 60;
      break;
    default:
      return false;
  }
  uint32_t count = 0;
  return absl::SimpleAtoi(text.substr(0, text.size() - 1), &count) &&
         count > 0 && count <= 31 * 24 * 60 * 60 / seconds;
}

// HH:MM, 00:00 to 24:00.
bool IsTimeOfDay(absl::string_view text) {
  if (text.size() != 5 || text[2] != ':') return false;
  for (const int i : {0, 1, 3, 4}) {
    if (!absl::ascii_isdigit(text[i])) return false;
  }
  return text == "24:00" || (text.substr(0, 2) < "24" && text[3] < '6');
}

bool IsId(absl::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) ||
                  c == '-' || c == '_' || c == '.';
         });
}

constexpr absl::string_view kIdAllowed =
    "lower case letters, digits, '-', '_' and '.' are allowed, at most 64";

// Checks one file. Paths are those of YamlPositions.
class FileChecker {
 public:
  FileChecker(const PackFile& file, Faults& faults)
      : file_(file), faults_(faults) {}

 protected:
  void Fault(absl::string_view path, absl::string_view message) {
    faults_.Add(file_.path, file_.positions.At(path), message);
  }

  // An id that must be there, well formed, and new.
  void CheckId(const std::string& path, const std::string& id,
               std::set<std::string>& ids) {
    if (!IsId(id)) {
      Fault(path, absl::StrCat("'id' must be set, ", kIdAllowed));
    } else if (!ids.insert(id).second) {
      Fault(path, absl::StrCat("duplicate id '", id, "'"));
    }
  }

  void CheckBasis(const std::string& path, v1::Basis basis) {
    if (basis == v1::BASIS_UNSPECIFIED) {
      Fault(path, "'basis' must be set, allowed: law, carrier, policy");
    }
  }

  void CheckCode(const std::string& path, const std::string& code,
                 const std::vector<std::string>& codes) {
    if (std::find(codes.begin(), codes.end(), code) != codes.end()) return;
    Fault(path, absl::StrCat("no article explains code '", code, "'",
                             Suggestion(code, codes)));
  }

  // `path` is that of what the mode belongs to.
  void CheckMode(const std::string& path, v1::CheckMode mode,
                 const std::string& observe_until, v1::Basis basis,
                 absl::string_view code) {
    const bool relaxed =
        mode == v1::CHECK_MODE_OBSERVE || mode == v1::CHECK_MODE_OFF;
    if (relaxed &&
        std::find(std::begin(kAlwaysEnforced), std::end(kAlwaysEnforced),
                  code) != std::end(kAlwaysEnforced)) {
      Fault(path + ".mode",
            absl::StrCat(code, " is always enforced, allowed: enforce"));
    } else if (mode == v1::CHECK_MODE_OFF && basis == v1::BASIS_LAW) {
      Fault(path + ".mode",
            "what the law demands is never off, allowed: enforce, observe");
    }
    if (observe_until.empty()) return;
    if (mode != v1::CHECK_MODE_OBSERVE) {
      Fault(path + ".observe_until", "goes only with mode: observe");
    }
    CheckDate(path + ".observe_until", observe_until);
  }

  void CheckDate(const std::string& path, const std::string& date) {
    if (!date.empty() && !IsDate(date)) {
      Fault(path, absl::StrCat("'", date, "' is no date, allowed: 2026-12-31"));
    }
  }

 private:
  const PackFile& file_;
  Faults& faults_;
};

class HeaderChecker : public FileChecker {
 public:
  using FileChecker::FileChecker;

  void Check(const v1::PackHeader& header) {
    if (!IsId(header.name())) {
      Fault("name", absl::StrCat("'name' must be set, ", kIdAllowed));
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
            "'time_zone' must be the IANA name of a zone: Asia/Shanghai");
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
            "a country is two capitals (ISO 3166): CN");
    }
  }

 private:
  void CheckVersion(const std::string& version) {
    for (const absl::string_view part : absl::StrSplit(version, '.')) {
      if (!part.empty() &&
          std::all_of(part.begin(), part.end(), absl::ascii_isdigit)) {
        continue;
      }
      Fault("version", "'version' must be dotted numbers: 1.0");
      return;
    }
  }
};

class ArticlesChecker : public FileChecker {
 public:
  using FileChecker::FileChecker;

  void Check(const v1::PackArticles& articles) {
    for (int i = 0; i < articles.articles_size(); ++i) {
      CheckArticle(absl::StrCat("articles[", i, "]"), articles.articles(i));
    }
    for (int i = 0; i < articles.duties_size(); ++i) {
      CheckArticle(absl::StrCat("duties[", i, "]"), articles.duties(i));
    }
  }

 private:
  void CheckArticle(const std::string& path, const v1::Article& article) {
    const std::string& code = article.code();
    if (code.empty() ||
        !std::all_of(code.begin(), code.end(), [](unsigned char c) {
          return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
        })) {
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
        article.confidence() == v1::CONFIDENCE_UNCONFIRMED) {
      Fault(path + ".article",
            "an unconfirmed article's number is not shown, leave it out");
    }
    CheckDate(path + ".confirmed_on", article.confirmed_on());
  }

  std::set<std::string> codes_;
};

class PolicyChecker : public FileChecker {
 public:
  PolicyChecker(const Pack& pack, const std::vector<std::string>& codes,
                Faults& faults)
      : FileChecker(pack.policy_file, faults),
        policy_(pack.policy),
        articles_(pack.articles),
        codes_(codes) {}

  void Check() {
    CheckClasses();
    for (int i = 0; i < policy_.send_hours_size(); ++i) CheckHours(i);
    std::set<std::string> ids;
    for (int i = 0; i < policy_.limits_size(); ++i) CheckLimit(i, ids);
    for (int i = 0; i < policy_.checks_size(); ++i) CheckSetting(i);
    CheckWording();
    CheckFigures();
  }

 private:
  void CheckClasses() {
    std::set<int> seen;
    for (int i = 0; i < policy_.classes_size(); ++i) {
      const std::string path = absl::StrCat("classes[", i, "]");
      const v1::ClassPolicy& policy = policy_.classes(i);
      if (policy.message_class() == v1::MESSAGE_CLASS_UNSPECIFIED) {
        Fault(path, "'message_class' must be set");
      } else if (!seen.insert(policy.message_class()).second) {
        Fault(path + ".message_class", "this class is there twice");
      }
      if (policy.validity_minutes() > 7 * 24 * 60) {
        Fault(path + ".validity_minutes", "at most 10080 (7 days) are allowed");
      }
    }
  }

  void CheckHours(int i) {
    const std::string path = absl::StrCat("send_hours[", i, "]");
    const v1::SendHours& hours = policy_.send_hours(i);
    if (hours.classes().empty()) Fault(path, "'classes' must be set");
    for (const auto& [name, time] :
         {std::pair<absl::string_view, std::string>("open", hours.open()),
          {"close", hours.close()}}) {
      if (IsTimeOfDay(time)) continue;
      Fault(absl::StrCat(path, ".", name),
            absl::StrCat("'", name, "' must be HH:MM, 00:00 to 24:00"));
    }
    if (hours.open() == hours.close()) {
      Fault(path + ".close", "'open' and 'close' are the same: never open");
    }
    CheckBasis(path + ".basis", hours.basis());
  }

  void CheckLimit(int i, std::set<std::string>& ids) {
    const std::string path = absl::StrCat("limits[", i, "]");
    const v1::LimitRule& limit = policy_.limits(i);
    CheckId(path + ".id", limit.id(), ids);
    if (std::find(limit.by().begin(), limit.by().end(), "recipient") ==
        limit.by().end()) {
      Fault(path + ".by", "'by' must contain recipient");
    }
    for (int j = 0; j < limit.by_size(); ++j) {
      if (std::find(LimitKeys().begin(), LimitKeys().end(), limit.by(j)) ==
          LimitKeys().end()) {
        Fault(absl::StrCat(path, ".by[", j, "]"),
              absl::StrCat("'by' cannot hold '", limit.by(j), "'",
                           Suggestion(limit.by(j), LimitKeys())));
      }
    }
    if (limit.max() == 0) Fault(path + ".max", "'max' must be 1 or more");
    if (!IsWindow(limit.window())) {
      Fault(path + ".window",
            "'window' must be a number with s, m, h or d, at most 31d, or "
            "minute, hour, day, week, month");
    }
    CheckBasis(path + ".basis", limit.basis());
    if (!limit.code().empty() && limit.code() != "FREQUENCY_LIMIT" &&
        limit.code() != "DUPLICATE_CONTENT") {
      Fault(path + ".code",
            "'code' of a limit, allowed: FREQUENCY_LIMIT, DUPLICATE_CONTENT");
    }
    CheckMode(path, limit.mode(), limit.observe_until(), limit.basis(), "");
  }

  void CheckSetting(int i) {
    const std::string path = absl::StrCat("checks[", i, "]");
    const v1::CheckSetting& setting = policy_.checks(i);
    CheckCode(path + ".code", setting.code(), codes_);
    if (setting.mode() == v1::CHECK_MODE_UNSPECIFIED) {
      Fault(path, "'mode' must be set, allowed: enforce, observe, off");
    }
    CheckMode(path, setting.mode(), setting.observe_until(), BasisOf(setting),
              setting.code());
  }

  v1::Basis BasisOf(const v1::CheckSetting& setting) const {
    if (setting.basis() != v1::BASIS_UNSPECIFIED) return setting.basis();
    for (const v1::Article& article : articles_.articles()) {
      if (article.code() == setting.code()) return article.basis();
    }
    return v1::BASIS_UNSPECIFIED;
  }

  void CheckWording() {
    const v1::OptOutWording& wording = policy_.opt_out_wording();
    const bool needed = std::any_of(
        policy_.classes().begin(), policy_.classes().end(),
        [](const v1::ClassPolicy& c) { return c.needs_opt_out_wording(); });
    if (needed && wording.accepted().empty()) {
      Fault("opt_out_wording.accepted",
            "a class needs opt-out wording: 'accepted' must hold at least one");
    }
    if (!wording.preferred().empty() &&
        std::find(wording.accepted().begin(), wording.accepted().end(),
                  wording.preferred()) == wording.accepted().end()) {
      Fault("opt_out_wording.preferred", "'preferred' is not in 'accepted'");
    }
    CheckWords("accepted", wording.accepted());
    CheckWords("reply_words", wording.reply_words());
    CheckWords("reply_contains", wording.reply_contains());
    CheckWords("complaint_contains", wording.complaint_contains());
    CheckWords("negations", wording.negations());
  }

  template <typename Words>
  void CheckWords(absl::string_view name, const Words& words) {
    for (int i = 0; i < words.size(); ++i) {
      if (!FoldWord(words[i]).empty()) continue;
      Fault(absl::StrCat("opt_out_wording.", name, "[", i, "]"),
            "nothing is left of this word when it is folded");
    }
  }

  void CheckFigures() {
    const v1::SignaturePolicy& signature = policy_.signature();
    if (signature.length_max() > 0 &&
        signature.length_min() > signature.length_max()) {
      Fault("signature.length_min", "'length_min' is above 'length_max'");
    }
    CheckAtMost("defer_days_max", policy_.defer_days_max(), 7);
    CheckAtMost("defer_spread_minutes", policy_.defer_spread_minutes(),
                24 * 60);
    CheckAtMost("key_window_hours", policy_.key_window_hours(), 7 * 24);
    for (int i = 0; i < policy_.calling_codes_size(); ++i) {
      const uint32_t code = policy_.calling_codes(i);
      if (code >= 1 && code <= 999) continue;
      Fault(absl::StrCat("calling_codes[", i, "]"),
            "a calling code is 1 to 999: 86");
    }
    if (!policy_.has_retention()) return;
    const v1::RetentionPolicy& retention = policy_.retention();
    if (retention.messages_days() < retention.messages_days_min()) {
      Fault("retention.messages_days",
            "'messages_days' is below 'messages_days_min'");
    }
  }

  void CheckAtMost(absl::string_view path, uint32_t value, uint32_t max) {
    if (value > max) {
      Fault(path, absl::StrCat("'", path, "' is at most ", max));
    }
  }

  const v1::PackPolicy& policy_;
  const v1::PackArticles& articles_;
  const std::vector<std::string>& codes_;
};

class RulesChecker : public FileChecker {
 public:
  RulesChecker(const Pack& pack, const std::vector<std::string>& codes,
               Faults& faults)
      : FileChecker(pack.rules_file, faults), pack_(pack), codes_(codes) {}

  void Check() {
    for (int i = 0; i < pack_.rules.word_lists_size(); ++i) {
      if (!IsId(pack_.rules.word_lists(i).id())) {
        Fault(absl::StrCat("word_lists[", i, "].id"),
              absl::StrCat("'id' must be set, ", kIdAllowed));
      }
    }
    std::set<std::string> ids;
    for (int i = 0; i < pack_.rules.rules_size(); ++i) CheckRule(i, ids);
    CheckAllowedPhrases();
  }

 private:
  void CheckRule(int i, std::set<std::string>& ids) {
    const std::string path = absl::StrCat("rules[", i, "]");
    const v1::ContentRule& rule = pack_.rules.rules(i);
    CheckId(path + ".id", rule.id(), ids);
    CheckBasis(path + ".basis", rule.basis());
    if (rule.word_lists().empty() && rule.words().empty() &&
        rule.regexes().empty()) {
      Fault(path, "a rule needs 'word_lists', 'words' or 'regexes'");
    }
    CheckLists(path, rule);
    CheckWords(path, rule);
    for (int j = 0; j < rule.regexes_size(); ++j) {
      const std::string fault = RegexFault(rule.regexes(j));
      if (fault.empty()) continue;
      Fault(absl::StrCat(path, ".regexes[", j, "]"), fault);
    }
    const std::string code =
        rule.code().empty() ? "CONTENT_PROHIBITED" : rule.code();
    CheckCode(path + ".code", code, codes_);
    CheckMode(path, rule.mode(), rule.observe_until(), rule.basis(), code);
  }

  void CheckLists(const std::string& path, const v1::ContentRule& rule) {
    std::vector<std::string> known;
    for (const auto& [id, words] : pack_.lists) known.push_back(id);
    std::set<std::string> seen;
    for (int j = 0; j < rule.word_lists_size(); ++j) {
      const std::string& id = rule.word_lists(j);
      const std::string at = absl::StrCat(path, ".word_lists[", j, "]");
      if (!pack_.lists.contains(id)) {
        Fault(at, absl::StrCat("unknown word list '", id, "'",
                               Suggestion(id, known)));
      } else if (!seen.insert(id).second) {
        Fault(at, absl::StrCat("word list '", id, "' is there twice"));
      }
    }
  }

  void CheckWords(const std::string& path, const v1::ContentRule& rule) {
    std::set<std::string> seen;
    for (int j = 0; j < rule.words_size(); ++j) {
      const std::string at = absl::StrCat(path, ".words[", j, "]");
      const std::string folded = FoldWord(rule.words(j));
      if (folded.empty()) {
        Fault(at, "nothing is left of this word when it is folded");
      } else if (folded.size() > kWordSizeMax) {
        Fault(at, absl::StrCat("too long, at most ", kWordSizeMax,
                               " bytes are allowed"));
      } else if (!seen.insert(folded).second) {
        Fault(at, "this word is there twice");
      }
    }
  }

  // A phrase that is itself a word would silence it for good.
  void CheckAllowedPhrases() {
    if (pack_.rules.allow_phrases().empty()) return;
    std::map<std::string, std::string> rule_of;  // By folded word.
    for (const v1::ContentRule& rule : pack_.rules.rules()) {
      for (const std::string& word : rule.words()) {
        rule_of.emplace(FoldWord(word), rule.id());
      }
      for (const std::string& id : rule.word_lists()) {
        const auto list = pack_.lists.find(id);
        if (list == pack_.lists.end()) continue;
        for (const Word& word : list->second) {
          rule_of.emplace(word.folded, rule.id());
        }
      }
    }
    for (int i = 0; i < pack_.rules.allow_phrases_size(); ++i) {
      const std::string at = absl::StrCat("allow_phrases[", i, "]");
      const std::string folded = FoldWord(pack_.rules.allow_phrases(i));
      if (folded.empty() || folded.size() > kWordSizeMax) {
        Fault(at, "not a phrase: empty when folded, or too long");
      } else if (const auto it = rule_of.find(folded); it != rule_of.end()) {
        Fault(at, absl::StrCat("this is a word of rule '", it->second,
                               "', take it out there instead"));
      }
    }
  }

  const Pack& pack_;
  const std::vector<std::string>& codes_;
};

}  // namespace

void CheckPack(const Pack& pack, Faults& faults) {
  std::vector<std::string> codes;
  for (const v1::Article& article : pack.articles.articles()) {
    codes.push_back(article.code());
  }
  HeaderChecker(pack.header_file, faults).Check(pack.header);
  PolicyChecker(pack, codes, faults).Check();
  ArticlesChecker(pack.articles_file, faults).Check(pack.articles);
  RulesChecker(pack, codes, faults).Check();
}

}  // namespace sluice::rules
