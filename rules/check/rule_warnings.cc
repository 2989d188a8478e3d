#include "rules/check/rule_warnings.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/base/quoted.h"

namespace sluice::rules {
namespace {

using rules::v1::ContentRule;
using rules::v1::Match;

template <typename Values>
bool HasAll(const Values& all, const Values& of) {
  return absl::c_all_of(
      of, [&all](const auto& one) { return absl::c_linear_search(all, one); });
}

// mobile, unicom, telecom, broadnet; a pack with another one has a fault.
constexpr int kCarriers = 4;

// Whether no message is in `scope` and not in `except`.
bool IsTakenBack(const rules::v1::Scope& scope,
                 const rules::v1::Scope& except) {
  const std::set<std::string> carriers(except.carriers().begin(),
                                       except.carriers().end());
  if (carriers.size() == kCarriers) return true;
  const auto taken = [](const auto& in, const auto& out) {
    return !in.empty() && HasAll(out, in);
  };
  return taken(scope.content_providers(), except.content_providers()) ||
         taken(scope.accounts(), except.accounts()) ||
         taken(scope.ports(), except.ports()) ||
         taken(scope.carriers(), except.carriers()) ||
         taken(scope.signatures(), except.signatures());
}

// Whether `match` holds for a text of which nothing is found, and asks for
// nothing but that.
bool AsksForAbsenceOnly(const Match& match) {
  if (match.has_not_() && AsksForAbsenceOnly(match.not_())) return false;
  const auto set = !match.words().empty() || !match.word_lists().empty() ||
                   !match.regexes().empty();
  if (set || match.has_near() || match.has_count() || match.has_links() ||
      match.has_contacts() || match.has_weight() || match.has_length() ||
      !match.classes().empty()) {
    return false;
  }
  if (!absl::c_all_of(match.all(), AsksForAbsenceOnly)) return false;
  return match.any().empty() ? match.has_not_() || !match.all().empty()
                             : absl::c_any_of(match.any(), AsksForAbsenceOnly);
}

// Whether any link, or any contact, is enough for it.
bool IsAnyContact(const Match& match) {
  const bool link = match.has_links() && match.links().domain_lists().empty() &&
                    match.links().except_domain_lists().empty();
  const bool more = !match.words().empty() || !match.word_lists().empty() ||
                    !match.regexes().empty() || !match.any().empty() ||
                    !match.all().empty() || match.has_near() ||
                    match.has_count() || match.has_not_() ||
                    match.has_length() || match.has_weight();
  return (link || match.has_contacts()) && !more;
}

// What a rule asks for and does, without its names: equal of two that hit the
// same. A trial of a rule has another mode or action.
std::string ConditionsOf(const ContentRule& rule) {
  ContentRule conditions = rule;
  for (std::string* text :
       {conditions.mutable_id(), conditions.mutable_category(),
        conditions.mutable_note(), conditions.mutable_owner(),
        conditions.mutable_code(), conditions.mutable_article()}) {
    text->clear();
  }
  conditions.clear_basis();
  conditions.clear_examples();
  conditions.clear_score();
  conditions.clear_auto_rollback();
  return conditions.SerializeAsString();
}

class RuleWarnings {
 public:
  RuleWarnings(const Pack& pack, Warnings& warnings)
      : pack_(pack), warnings_(warnings) {}

  void Find() {
    for (int i = 0; i < pack_.rules.rules_size(); ++i) {
      const ContentRule& rule = pack_.rules.rules(i);
      if (rule.mode() == rules::v1::CHECK_MODE_OFF) continue;
      const std::string path = absl::StrCat("rules[", i, "]");
      if (rule.has_match()) {
        LookAtMatch(rule.match(), path + ".match");
        LookAtLift(rule.match(), path + ".match", false);
        LookAtWhole(rule, path);
      }
      LookAtScope(rule, path);
      LookAtCopy(rule, path);
    }
  }

 private:
  void LookAtMatch(const Match& match, const std::string& path) {
    if (match.has_near() &&
        !pack_.rules_file.positions.Has(path + ".near.within")) {
      Add(path + ".near", SayBoth("没有 within 的 near", "near without within"),
          SayBoth(
              "near 没有写 within，两个词必须紧挨着才算：请写明中间最多隔"
              "几个字，如 within: 6；确要紧挨着，请写 within: 0",
              "near without 'within' asks for words side by side: write how "
              "many characters may be between them, such as within: 6, or "
              "within: 0 if that is meant"));
    }
    for (int i = 0; i < match.any_size(); ++i) {
      LookAtMatch(match.any(i), absl::StrCat(path, ".any[", i, "]"));
    }
    for (int i = 0; i < match.all_size(); ++i) {
      LookAtMatch(match.all(i), absl::StrCat(path, ".all[", i, "]"));
    }
    if (match.has_not_()) LookAtMatch(match.not_(), path + ".not");
  }

  // What the sender can add to any text lifts no hit; `lifts` under an odd
  // number of `not`.
  void LookAtLift(const Match& match, const std::string& path, bool lifts) {
    if (lifts && IsAnyContact(match)) {
      Add(path,
          SayBoth("谁都能加上的放行条件", "exceptions that anybody can add"),
          SayBoth("只要带上任意链接或联系方式，短信就不再命中，发送者加一个"
                  "即可绕过：请用 domain_lists 或 except_domain_lists 写明哪些"
                  "域名",
                  "any link or contact lifts the hits, so that the sender need "
                  "only add one: name the domains with domain_lists or "
                  "except_domain_lists"));
    }
    for (int i = 0; i < match.any_size(); ++i) {
      LookAtLift(match.any(i), absl::StrCat(path, ".any[", i, "]"), lifts);
    }
    if (match.has_not_()) LookAtLift(match.not_(), path + ".not", !lifts);
  }

  void LookAtWhole(const ContentRule& rule, const std::string& path) {
    const bool every = rule.action() != rules::v1::RULE_ACTION_TAG &&
                       rule.classes().empty() && !rule.has_scope() &&
                       AsksForAbsenceOnly(rule.match());
    if (every) {
      Add(path + ".match",
          SayBoth("只有 not 的规则", "rules with nothing but not"),
          SayBoth(
              "规则 $0 只写了不含什么，因而命中所有不含这些词的短信：请写"
              "明要找什么，或限定 classes、scope",
              "rule $0 only says what is absent, so that it hits every text "
              "without it: say what to look for, or for which classes or "
              "scope it is",
              Quoted(rule.id())));
    }
  }

  void LookAtScope(const ContentRule& rule, const std::string& path) {
    if (!IsTakenBack(rule.scope(), rule.except())) return;
    Add(path + ".except",
        SayBoth("被 except 全部排除的 scope", "scopes that except takes back"),
        SayBoth(
            "规则 $0 对任何短信都不起作用：except 列出了它的 scope "
            "的全部，或全部"
            "运营商；请从 except 中删去要查的",
            "rule $0 applies to no message: 'except' has all of its scope, or "
            "all carriers; remove from it what the rule is for",
            Quoted(rule.id())));
  }

  void LookAtCopy(const ContentRule& rule, const std::string& path) {
    const bool decides = rule.action() != rules::v1::RULE_ACTION_TAG;
    // Tags of two categories may ask for the same.
    const std::string key =
        absl::StrCat(decides ? "" : rule.category(), "\n", ConditionsOf(rule));
    const auto [it, added] = rule_of_.emplace(key, rule.id());
    if (added) return;
    Add(path, SayBoth("条件相同的规则", "rules with the same conditions"),
        SayBoth("规则 $0 的条件与 $1 完全相同$2：请改成要找的内容，或删去这条",
                "rule $0 has the conditions of $1$3: change what it looks for, "
                "or remove it",
                Quoted(rule.id()), Quoted(it->second),
                decides ? "" : "，每条短信都计两次分",
                decides ? "" : ", so that each text scores twice"));
  }

  void Add(const std::string& path, const Both& kind, Both what) {
    warnings_.Add(pack_.rules_file.path, pack_.rules_file.positions.At(path),
                  kind, std::move(what));
  }

  const Pack& pack_;
  Warnings& warnings_;
  std::map<std::string, std::string> rule_of_;  // By conditions.
};

}  // namespace

void FindRuleWarnings(const Pack& pack, Warnings& warnings) {
  RuleWarnings(pack, warnings).Find();
}

}  // namespace sluice::rules
