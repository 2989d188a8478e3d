// What rules.yaml must hold beyond its schema.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/file_checker.h"
#include "rules/regex_check.h"

namespace sluice::rules {
namespace {

class RulesChecker : public FileChecker {
 public:
  RulesChecker(const Pack& pack, const std::vector<std::string>* codes,
               Faults& faults)
      : FileChecker(pack.rules_file, faults), pack_(pack), codes_(codes) {}

  void Check() {
    for (int i = 0; i < pack_.rules.word_lists_size(); ++i) {
      if (!IsId(pack_.rules.word_lists(i).id())) {
        Fault(absl::StrCat("word_lists[", i, "].id"),
              absl::StrCat("'id' must be set, ", kIdAllowed));
      }
    }
    // An empty file is well-formed, and would let everything through.
    if (pack_.rules.rules().empty()) {
      Fault("", "no rules: a pack needs at least one under 'rules:'");
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
  const std::vector<std::string>* codes_;
};

}  // namespace

void CheckRules(const Pack& pack, const std::vector<std::string>* codes,
                Faults& faults) {
  RulesChecker(pack, codes, faults).Check();
}

}  // namespace sluice::rules
