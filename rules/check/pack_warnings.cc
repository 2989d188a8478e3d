#include "rules/check/pack_warnings.h"

#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "rules/base/quoted.h"
#include "rules/check/article_warnings.h"
#include "rules/check/category_warnings.h"
#include "rules/check/everyday.h"
#include "rules/check/fixed_conditions.h"
#include "rules/check/lift_warnings.h"
#include "rules/check/list_warnings.h"
#include "rules/check/never_hits.h"
#include "rules/check/odd_marks.h"
#include "rules/check/odd_regex.h"
#include "rules/check/odd_text.h"
#include "rules/check/odd_word.h"
#include "rules/check/person_name.h"
#include "rules/check/phrase_warnings.h"
#include "rules/check/place_name.h"
#include "rules/check/policy_warnings.h"
#include "rules/check/rule_warnings.h"
#include "rules/check/score_warnings.h"
#include "rules/check/shadow_warnings.h"
#include "rules/check/sure_words.h"
#include "rules/check/weight_warnings.h"
#include "rules/fold/fold.h"
#include "rules/match/match_tree.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

// A single word with a mark inside may be a phrase among so many words that a
// rule excepts, which are taken from ordinary texts.
constexpr size_t kLongException = 1;
constexpr size_t kNeverLong = std::numeric_limits<size_t>::max();

// A word with its place.
struct PlacedWord {
  absl::string_view text;
  Position position;
};

std::vector<std::string> DecidingSets(const rules::v1::ContentRule& rule,
                                      const std::string& path) {
  if (rule.action() == rules::v1::RULE_ACTION_TAG ||
      rule.mode() == rules::v1::CHECK_MODE_OBSERVE ||
      rule.mode() == rules::v1::CHECK_MODE_OFF) {
    return {};
  }
  if (!rule.has_match()) return {path};
  std::vector<std::string> deciding;
  VisitDeciding(rule.match(), path + ".match", deciding);
  return deciding;
}

// Whether the rule's folding leaves out marks, in texts and in words.
bool LeavesOutMarks(const rules::v1::ContentRule& rule) {
  return rule.folding() == rules::v1::FOLDING_LEVEL_EVASIVE ||
         rule.folding() == rules::v1::FOLDING_LEVEL_HOMOPHONE;
}

// An everyday text with the word, or with the place that it is: 江苏省 is in as
// many as 江苏. Empty: there is none.
absl::string_view EverydayTextOf(absl::string_view folded) {
  const absl::string_view text = EverydayUseOf(folded).first;
  return text.empty() ? EverydayUseOf(WithoutPlaceKind(folded)).first : text;
}

class WarningFinder {
 public:
  WarningFinder(const Pack& pack, Warnings& warnings)
      : pack_(pack),
        folder_(absl::StripSuffix(pack.rules_file.path, "rules.yaml")),
        warnings_(warnings) {}

  void Find() {
    for (const rules::v1::WordList& list : pack_.rules.word_lists()) {
      const auto words = pack_.lists.find(list.id());
      if (words == pack_.lists.end()) continue;
      std::vector<PlacedWord> placed;
      for (const Word& word : words->second) {
        placed.push_back({word.text, word.position});
      }
      const bool marks_count = DoMarksCount(list.id());
      LookAtWords(FileOf(list), placed, kNeverLong, marks_count);
      LookAtMarks(FileOf(list), placed, marks_count);
    }
    for (int i = 0; i < pack_.rules.rules_size(); ++i) {
      LookAtRule(pack_.rules.rules(i), absl::StrCat("rules[", i, "]"));
    }
    LookAtPhrases("allow_phrases", pack_.rules.allow_phrases());
    for (int i = 0; i < pack_.rules.thresholds_size(); ++i) {
      const std::string path = absl::StrCat("thresholds[", i, "]");
      LookAtScope(path + ".scope", pack_.rules.thresholds(i).scope());
      LookAtScope(path + ".except", pack_.rules.thresholds(i).except());
    }
    LookAtReplies();
  }

 private:
  std::string FileOf(const rules::v1::WordList& list) const {
    return absl::StrCat(folder_, list.file());
  }

  // Whether a rule that reads marks looks for words of the list.
  bool DoMarksCount(const std::string& id) const {
    bool all_leave_out = true;
    bool any = false;
    for (const rules::v1::ContentRule& rule : pack_.rules.rules()) {
      ForEachSet(rule, "", [&](const PatternSet& set, const std::string&) {
        const bool asks = absl::c_any_of(*set.word_lists, [&](const auto& one) {
          return one == id || absl::StartsWith(one, id + "/");
        });
        any |= asks;
        all_leave_out &= !asks || LeavesOutMarks(rule);
      });
    }
    return !any || !all_leave_out;
  }

  // `marks_count`: false where these are words of folding levels that leave
  // out marks.
  void LookAtWords(const std::string& file,
                   const std::vector<PlacedWord>& words, size_t is_long,
                   bool marks_count = true) {
    std::vector<std::pair<const PlacedWord*, OddWord>> odd;
    size_t separated = 0;
    for (const PlacedWord& word : words) {
      auto found = FindOddWord(word.text);
      if (!found) continue;
      separated += HasSeparator(*found);
      odd.emplace_back(&word, *std::move(found));
    }
    for (const auto& [word, what] : odd) {
      const bool phrase =
          what.may_be_phrase && separated == 1 && words.size() >= is_long;
      if (phrase) continue;
      AddOdd(file, *word, what, marks_count);
    }
  }

  // Those of lists and rules, where nothing else is odd.
  void LookAtMarks(const std::string& file,
                   const std::vector<PlacedWord>& words,
                   bool marks_count = true) {
    for (const PlacedWord& word : words) {
      const auto odd = FindOddMarks(word.text);
      if (!odd || FindOddWord(word.text)) continue;
      AddOdd(file, word, *odd, marks_count);
    }
  }

  void AddOdd(const std::string& file, const PlacedWord& word,
              const OddWord& odd, bool marks_count) {
    if (!marks_count && odd.only_marks) {
      const std::string plain = WithoutMarks(word.text);
      if (!plain.empty()) return AddJoined(file, word, odd, plain);
    }
    Position position = word.position;
    position.column += PositionOf(word.text, odd.offset).column - 1;
    warnings_.Add(file, position, odd.kind,
                  SayBoth("$0：$1", "$0: $2", Quoted(word.text),
                          odd.what.chinese, odd.what.english));
  }

  // Where marks do not count: those at a word's ends do no harm.
  void AddJoined(const std::string& file, const PlacedWord& word,
                 const OddWord& odd, const std::string& plain) {
    if (!odd.joins) return;
    Position position = word.position;
    position.column += PositionOf(word.text, odd.offset).column - 1;
    warnings_.Add(
        file, position, odd.kind,
        SayBoth("$0：规则的 folding 不计标点，这里是一个词 $1：几个词请分开写，"
                "备注请写在 # 之后",
                "$0: the rule's folding leaves out marks, so that this is the "
                "one word $1: write several words one by one, and a remark "
                "behind #",
                Quoted(word.text), Quoted(plain)));
  }

  // Words that stand in a YAML file, as the field at `path`.
  template <typename Words>
  std::vector<PlacedWord> Placed(const PackFile& file, const std::string& path,
                                 const Words& words) const {
    std::vector<PlacedWord> placed;
    for (int i = 0; i < words.size(); ++i) {
      placed.push_back(
          {words[i], file.positions.At(absl::StrCat(path, "[", i, "]"))});
    }
    return placed;
  }

  // Like the words that a rule excepts: taken from ordinary texts.
  template <typename Phrases>
  void LookAtPhrases(const std::string& path, const Phrases& phrases) {
    std::vector<PlacedWord> placed = Placed(pack_.rules_file, path, phrases);
    std::erase_if(placed, [](const PlacedWord& one) {
      return IsOneCharacter(FoldWord(one.text));  // See phrase_warnings.h.
    });
    LookAtWords(pack_.rules_file.path, placed, kLongException);
    LookAtMarks(pack_.rules_file.path, placed);
  }

  // The same of replies.
  template <typename Words>
  void LookAtFields(const PackFile& file, const std::string& path,
                    const Words& words) {
    LookAtWords(file.path, Placed(file, path, words), kNeverLong);
  }

  void LookAtRule(const rules::v1::ContentRule& rule, const std::string& path) {
    const std::vector<std::string> deciding = DecidingSets(rule, path);
    ForEachSet(rule, path, [&](const PatternSet& set, const std::string& at) {
      const bool excepts = absl::StrContains(at + ".", ".not.");
      const std::vector<PlacedWord> words =
          Placed(pack_.rules_file, at + ".words", *set.words);
      LookAtWords(pack_.rules_file.path, words,
                  excepts ? kLongException : kNeverLong, !LeavesOutMarks(rule));
      LookAtMarks(pack_.rules_file.path, words, !LeavesOutMarks(rule));
      LookAtRegexes(at + ".regexes", *set.regexes);
      if (!absl::c_linear_search(deciding, at)) return;
      for (int i = 0; i < set.words->size(); ++i) {
        const std::string word = absl::StrCat(at, ".words[", i, "]");
        LookAtDeciding(pack_.rules_file.path,
                       pack_.rules_file.positions.At(word), (*set.words)[i],
                       FoldWord((*set.words)[i]), rule.id());
      }
      for (const std::string& id : *set.word_lists) LookAtList(id, rule.id());
      for (int i = 0; i < set.regexes->size(); ++i) {
        LookAtDecidingRegex(absl::StrCat(at, ".regexes[", i, "]"),
                            (*set.regexes)[i], rule.id());
      }
    });
    LookAtPhrases(path + ".allow_phrases", rule.allow_phrases());
    LookAtScope(path + ".scope", rule.scope());
    LookAtScope(path + ".except", rule.except());
  }

  void LookAtRegexes(const std::string& path,
                     const PatternSet::Texts& regexes) {
    for (int i = 0; i < regexes.size(); ++i) {
      const auto odd = FindOddRegex(regexes[i]);
      if (!odd) continue;
      warnings_.Add(
          pack_.rules_file.path,
          pack_.rules_file.positions.At(absl::StrCat(path, "[", i, "]")),
          SayBoth("疑似写错的正则表达式", "regexes that seem mistyped"),
          SayBoth("$0：$1", "$0: $2", Quoted(regexes[i]), odd->chinese,
                  odd->english));
    }
  }

  // A list that decides alone, or a category of one: "id/category".
  void LookAtList(const std::string& id, const std::string& rule) {
    const auto words = pack_.lists.find(id);
    if (words == pack_.lists.end()) return;
    for (const rules::v1::WordList& list : pack_.rules.word_lists()) {
      if (list.id() != id && !absl::StartsWith(id, list.id() + "/")) continue;
      for (const Word& word : words->second) {
        LookAtDeciding(FileOf(list), word.position, word.text, word.folded,
                       rule);
      }
    }
  }

  void LookAtDeciding(const std::string& file, Position position,
                      absl::string_view word, absl::string_view folded,
                      const std::string& rule) {
    if (IsSite(word)) return AddSite(file, position, word, rule);
    if (!IsOneCharacter(folded)) {
      LookAtEveryday(file, position, word, EverydayTextOf(folded), rule);
      if (IsPersonName(word)) AddName(file, position, word, rule);
      if (IsPlaceName(folded)) AddPlace(file, position, word, rule);
      return;
    }
    // Once, however many rules look for it.
    if (!one_characters_.emplace(file, position).second) {
      return;
    }
    warnings_.Add(
        file, position, SayBoth("单字词", "one-character words"),
        SayBoth(
            "$0 只有一个字，规则 $1 "
            "仅凭它就作出判定，因而命中所有含它的短信：请写更长的词，或只让它"
            "计分（action: tag）",
            "$0 is one character, and rule $1 decides by it alone, so it "
            "hits every text with it: write a longer word, or let it only "
            "score (action: tag)",
            Quoted(word), Quoted(rule)));
  }

  void AddSite(const std::string& file, Position position,
               absl::string_view word, const std::string& rule) {
    if (!sites_.emplace(file, position).second) return;
    warnings_.Add(
        file, position, SayBoth("当作词的网址", "web addresses as words"),
        SayBoth("$0 是网站，规则 $1 只按原样查找这个词，换一种写法就找不到：请"
                "写进域名表（domain_lists），规则用 match: links 查找",
                "$0 is a web site, and rule $1 looks for it as it stands, and "
                "for no other spelling: write it into a domain list, and let "
                "the rule ask for match: links",
                Quoted(word), Quoted(rule)));
  }

  void AddName(const std::string& file, Position position,
               absl::string_view word, const std::string& rule) {
    if (!everyday_.emplace(file, position).second) return;
    warnings_.Add(
        file, position, SayBoth("人名", "names of people"),
        SayBoth("$0 像是人名，规则 $1 仅凭它就作出判定，会拦下所有写有同名者的"
                "短信：请写更长的词，或只让它计分（action: tag）",
                "$0 seems to be a person's name, and rule $1 decides by it "
                "alone, so that it hits every text that names one of that "
                "name: write a longer word, or let it only score (action: tag)",
                Quoted(word), Quoted(rule)));
  }

  void AddPlace(const std::string& file, Position position,
                absl::string_view word, const std::string& rule) {
    if (!everyday_.emplace(file, position).second) return;
    warnings_.Add(
        file, position, SayBoth("地名", "names of places"),
        SayBoth("$0 像是地名，规则 $1 仅凭它就作出判定，会拦下所有写有当地地址"
                "的短信：请写更长的词，或只让它计分（action: tag）",
                "$0 seems to be a place, and rule $1 decides by it alone, so "
                "that it hits every text with an address there: write a longer "
                "word, or let it only score (action: tag)",
                Quoted(word), Quoted(rule)));
  }

  void LookAtDecidingRegex(const std::string& path, const std::string& regex,
                           const std::string& rule) {
    LookAtEveryday(pack_.rules_file.path, pack_.rules_file.positions.At(path),
                   regex, EverydayUseOfRegex(regex).first, rule);
  }

  // `text` is an everyday one that the word or regex hits; empty: none.
  void LookAtEveryday(const std::string& file, Position position,
                      absl::string_view pattern, absl::string_view text,
                      const std::string& rule) {
    if (text.empty() || !everyday_.emplace(file, position).second) return;
    warnings_.Add(
        file, position, SayBoth("日常用语", "everyday words"),
        SayBoth("$0 是日常用语，规则 $1 仅凭它就作出判定，例如会命中“$2”："
                "请写更长的词，或只让它计分（action: tag）",
                "$0 is in everyday texts, and rule $1 decides by it alone, so "
                "that it hits \"$2\": write a longer word, or let it only "
                "score (action: tag)",
                Quoted(pattern), Quoted(rule), text));
  }

  // Of a field of a scope, whose names are whole ones.
  template <typename Names>
  void LookAtNames(const std::string& path, const Names& names) {
    for (int i = 0; i < names.size(); ++i) {
      if (names[i].find_first_of("*?") == std::string::npos) continue;
      warnings_.Add(
          pack_.rules_file.path,
          pack_.rules_file.positions.At(absl::StrCat(path, "[", i, "]")),
          SayBoth("带通配符的范围", "wildcards in scopes"),
          SayBoth("$0：范围中没有通配符，这样写选不中任何短信：请逐个写出，"
                  "全部则不写这一项",
                  "$0: a scope has no wildcards, so this selects no message: "
                  "write each one, and nothing for all",
                  Quoted(names[i])));
    }
  }

  void LookAtScope(const std::string& path, const rules::v1::Scope& scope) {
    LookAtNames(path + ".content_providers", scope.content_providers());
    LookAtNames(path + ".accounts", scope.accounts());
    LookAtNames(path + ".ports", scope.ports());
    LookAtNames(path + ".signatures", scope.signatures());
    for (int i = 0; i < scope.signatures_size(); ++i) {
      const std::string& name = scope.signatures(i);
      if (!absl::StrContains(name, "【") && !absl::StrContains(name, "[")) {
        continue;
      }
      const std::string at = absl::StrCat(path, ".signatures[", i, "]");
      warnings_.Add(
          pack_.rules_file.path, pack_.rules_file.positions.At(at),
          SayBoth("带括号的签名", "signatures with brackets"),
          SayBoth("$0：签名的名称不含括号，这样写选不中任何签名：请去掉"
                  "括号",
                  "$0: no signature has brackets in its name, so "
                  "this selects none: remove them",
                  Quoted(name)));
    }
  }

  // Replies are compared whole, so that a separator makes one never be found.
  void LookAtReplies() {
    const rules::v1::OptOutWording& wording = pack_.policy.opt_out_wording();
    LookAtFields(pack_.policy_file, "opt_out_wording.reply_words",
                 wording.reply_words());
    LookAtFields(pack_.policy_file, "opt_out_wording.reply_contains",
                 wording.reply_contains());
    LookAtFields(pack_.policy_file, "opt_out_wording.complaint_contains",
                 wording.complaint_contains());
  }

  const Pack& pack_;
  const std::string folder_;  // With a slash at its end, or empty.
  Warnings& warnings_;
  // Where one was found, however many rules look for it.
  std::set<std::pair<std::string, Position>> one_characters_;
  std::set<std::pair<std::string, Position>> everyday_;
  std::set<std::pair<std::string, Position>> sites_;
};

// Whether a file has a fault that rules.yaml is or names.
bool AreListsOrRulesFaulty(const Pack& pack, const PackFiles& files,
                           const Faults& faults) {
  const PackFile* const kOthers[] = {&pack.header_file, &pack.policy_file,
                                     &pack.articles_file};
  const std::string folder(
      absl::StripSuffix(pack.rules_file.path, "rules.yaml"));
  return absl::c_any_of(files, [&](const admin::v1::PackFile& file) {
    const std::string path = absl::StrCat(folder, file.name());
    return faults.Touches(path) &&
           absl::c_none_of(kOthers, [&path](const PackFile* other) {
             return other->path == path;
           });
  });
}

}  // namespace

void FindWarnings(const Pack& pack, const PackFiles& files,
                  const Faults& faults, absl::Time now, Warnings& warnings) {
  WarningFinder(pack, warnings).Find();
  FindArticleWarnings(pack, now, warnings);
  if (!AreListsOrRulesFaulty(pack, files, faults)) {
    FindListWarnings(pack, files, warnings);
    FindLiftWarnings(pack, warnings);
    FindWeightWarnings(pack, warnings);
    FindRuleWarnings(pack, warnings);
    FindFixedConditions(pack, warnings);
    FindNeverHits(pack, warnings);
    FindShadowWarnings(pack, warnings);
    FindPhraseWarnings(pack, warnings);
    FindScoreWarnings(pack, warnings);
    FindCategoryWarnings(pack, warnings);
  }
  if (!faults.Touches(pack.policy_file.path)) {
    FindPolicyWarnings(pack, now, warnings);
  }
  warnings.RemoveIf([&faults](absl::string_view file, Position position) {
    return faults.Touches(file, position.line);
  });
}

}  // namespace sluice::rules
