#include "rules/check/match_check.h"

#include <algorithm>
#include <cstdint>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/check/regex_check.h"

namespace sluice::rules {
namespace {

constexpr int kDepthMax = 8;
constexpr uint32_t kWithinMax = 1000;
constexpr uint32_t kWeightSumMax = 100'000;

}  // namespace

void MatchChecker::CheckSet(const std::string& path, const PatternSet& set,
                            rules::v1::FoldingLevel folding) {
  if (set.links != nullptr) return CheckLinks(path, *set.links);
  if (set.contacts != nullptr) return CheckContacts(path, *set.contacts);
  if (set.weight != nullptr) return CheckWeight(path, *set.weight);
  CheckLists(path, *set.word_lists);
  CheckWords(path, *set.words, folding);
  CountWords(path, set);
  for (int j = 0; j < set.regexes->size(); ++j) {
    if (IsFull() || !CheckStop(stop_).ok()) return;
    CheckRegex(absl::StrCat(path, ".regexes[", j, "]"), (*set.regexes)[j]);
  }
}

// Each word as often as it is compiled.
void MatchChecker::CountWords(const std::string& path, const PatternSet& set) {
  const bool fits = words_ <= kPackWordsMax;
  words_ += static_cast<size_t>(set.words->size());
  for (const std::string& id : *set.word_lists) {
    const auto list = pack_.lists.find(id);
    if (list != pack_.lists.end()) words_ += list->second.size();
  }
  if (!fits || words_ <= kPackWordsMax) return;
  Fault(path,
        SayBoth("到这里为止，规则共查找 $0 个词（词表中的词按使用它的规则重复计"
                "算），最多 $1 个：请让一个词表只由一条规则使用",
                "up to here the rules look for $0 words, counting those of a "
                "list for every rule that names it; at most $1 are allowed: "
                "let one rule look for a list",
                words_, kPackWordsMax));
}

// A regex that several rules look for is compiled once.
void MatchChecker::CheckRegex(const std::string& path,
                              const std::string& regex) {
  if (!regexes_.insert(regex).second) return;
  if (regexes_.size() == kPackRegexesMax + 1) {
    return Fault(path, SayBoth("正则表达式超过 $0 个：能用词的地方请用词",
                               "more than $0 regexes: write words where words "
                               "do",
                               kPackRegexesMax));
  }
  const Both fault = RegexFault(regex);
  if (!fault.english.empty()) return Fault(path, fault);
  const bool fits = states_ <= kPackRegexStatesMax;
  states_ += RegexSizeOf(regex).positions;
  if (!fits || states_ <= kPackRegexStatesMax) return;
  Fault(path,
        SayBoth("到这里为止，正则表达式合计过大，无法编译：约 $0 个状态，最多 "
                "$1 个：请减小重复次数，用范围较小的字符类",
                "up to here the regexes are together too large to compile: "
                "about $0 states, at most $1 are allowed: make their counts "
                "smaller and their classes narrower",
                absl::StrFormat("%.0f", states_),
                absl::StrFormat("%.0f", kPackRegexStatesMax)));
}

void MatchChecker::CheckLists(const std::string& path, const Texts& lists) {
  std::set<std::string> seen;
  for (int j = 0; j < lists.size() && !IsFull(); ++j) {
    const std::string& id = lists[j];
    const std::string at = absl::StrCat(path, ".word_lists[", j, "]");
    if (!pack_.lists.contains(id)) {
      // Of a list that could not be read that is told.
      const auto has_id = [&id](const rules::v1::WordList& list) {
        return list.id() == id;
      };
      if (absl::c_any_of(pack_.rules.word_lists(), has_id)) continue;
      std::vector<std::string> known;
      for (const auto& [list, words] : pack_.lists) known.push_back(list);
      Fault(at,
            Both{absl::StrCat("没有词表 ", Quoted(id),
                              Suggestion(id, known, Language::kChinese)),
                 absl::StrCat("unknown word list ", Quoted(id),
                              Suggestion(id, known))},
            id);
    } else if (!seen.insert(id).second) {
      Fault(at,
            SayBoth("词表“$0”写了两次", "word list '$0' is there twice", id));
    }
  }
}

void MatchChecker::CheckLinks(const std::string& path,
                              const rules::v1::LinkMatch& links) {
  std::set<std::string> seen;
  CheckDomainLists(pack_, path + ".domain_lists", links.domain_lists(), seen);
  // A list that is in both leaves nothing to find.
  CheckDomainLists(pack_, path + ".except_domain_lists",
                   links.except_domain_lists(), seen);
  CheckContactCount(path, links.at_least());
}

void MatchChecker::CheckContacts(const std::string& path,
                                 const rules::v1::ContactMatch& contacts) {
  std::set<int> seen;
  for (int j = 0; j < contacts.kinds_size(); ++j) {
    if (seen.insert(contacts.kinds(j)).second) continue;
    Fault(absl::StrCat(path, ".kinds[", j, "]"),
          SayBoth("这个种类重复", "this kind is there twice"));
  }
  CheckContactCount(path, contacts.at_least());
}

void MatchChecker::CheckWeight(const std::string& path,
                               const rules::v1::WeightMatch& weight) {
  const auto table = pack_.weight_tables.find(weight.table());
  if (table == pack_.weight_tables.end()) {
    std::vector<std::string> known;
    for (const auto& [id, words] : pack_.weight_tables) known.push_back(id);
    return Fault(
        path + ".table",
        Both{
            absl::StrCat("没有权重表 ", Quoted(weight.table()),
                         Suggestion(weight.table(), known, Language::kChinese)),
            absl::StrCat("unknown weight table ", Quoted(weight.table()),
                         Suggestion(weight.table(), known))},
        weight.table());
  }
  if (weight.at_least() < 1 || weight.at_least() > kWeightSumMax) {
    return Fault(path + ".at_least",
                 SayBoth("'at_least' 须是 1 到 $0 的整数",
                         "'at_least' must be 1 to $0", kWeightSumMax));
  }
  if (pack_.half_read_tables.contains(weight.table())) return;
  int64_t reachable = 0;
  for (const WeighedWord& word : table->second) {
    reachable += std::max(word.weight, 0);
  }
  if (reachable >= weight.at_least()) return;
  Fault(path + ".at_least",
        SayBoth("永远达不到：权重表“$0”的正权重合计只有 $1",
                "never reached: the weights above 0 of table '$0' add up to $1",
                weight.table(), reachable));
}

void MatchChecker::CheckContactCount(const std::string& path,
                                     uint32_t at_least) {
  if (at_least <= kContactsMax) return;
  Fault(path + ".at_least",
        SayBoth("'at_least' 须为 1 至 $0", "'at_least' must be 1 to $0",
                kContactsMax));
}

void MatchChecker::CheckWords(const std::string& path, const Texts& words,
                              rules::v1::FoldingLevel folding) {
  const bool exact = folding == rules::v1::FOLDING_LEVEL_EXACT;
  std::set<std::string> seen;
  for (int j = 0; j < words.size() && !IsFull(); ++j) {
    const std::string at = absl::StrCat(path, ".words[", j, "]");
    const std::string folded = FoldWord(words[j]);
    if (folded.empty()) {
      Fault(at, SayBoth("这个词归一化后为空",
                        "nothing is left of this word when it is folded"));
    } else if (folded.size() > kWordSizeMax) {
      Fault(at,
            SayBoth("太长，最多 $0 字节",
                    "too long, at most $0 bytes are allowed", kWordSizeMax));
    } else if (!seen.insert(exact ? words[j] : folded).second) {
      Fault(at, SayBoth("这个词写了两次", "this word is there twice"));
    }
  }
}

void MatchChecker::CheckMatch(const std::string& path,
                              const rules::v1::Match& match, int depth) {
  if (depth == kDepthMax) {
    return Fault(
        path, SayBoth("嵌套超过 $0 层", "nested more than $0 deep", kDepthMax));
  }
  if (match.ByteSizeLong() == 0) {
    Fault(path,
          SayBoth(
              "没有内容：可用 'any'、'all'、'not'、'near'、'count'、'length'、"
              "'classes'、'links'、'contacts'、'weight'，或 'word_lists'、"
              "'words'、'regexes'",
              "holds nothing: 'any', 'all', 'not', 'near', 'count', "
              "'length', 'classes', 'links', 'contacts', 'weight', or "
              "'word_lists', 'words', 'regexes'"));
  }
  for (int i = 0; i < match.any_size(); ++i) {
    CheckMatch(absl::StrCat(path, ".any[", i, "]"), match.any(i), depth + 1);
  }
  for (int i = 0; i < match.all_size(); ++i) {
    CheckMatch(absl::StrCat(path, ".all[", i, "]"), match.all(i), depth + 1);
  }
  if (match.has_not_()) CheckMatch(path + ".not", match.not_(), depth + 1);
  if (match.has_near()) CheckNear(path + ".near", match.near());
  if (match.has_count()) CheckCount(path + ".count", match.count());
  if (match.has_length()) {
    const rules::v1::Length& length = match.length();
    if (length.max() != 0 && length.min() > length.max()) {
      Fault(path + ".length.min",
            SayBoth("'min' 大于 'max'", "'min' is above 'max'"));
    } else if (length.min() == 0 && length.max() == 0) {
      Fault(path + ".length",
            SayBoth("须填写 'min' 或 'max'", "'min' or 'max' must be set"));
    }
  }
}

void MatchChecker::CheckNear(const std::string& path,
                             const rules::v1::Near& near) {
  CheckNotEmpty(path + ".first", near.first());
  CheckNotEmpty(path + ".second", near.second());
  if (near.within() > kWithinMax) {
    Fault(path + ".within",
          SayBoth("最多 $0 个字", "at most $0 characters are allowed",
                  kWithinMax));
  }
}

void MatchChecker::CheckCount(const std::string& path,
                              const rules::v1::Count& count) {
  CheckNotEmpty(path + ".of", count.of());
  if (count.at_least() < 2) {
    Fault(path + ".at_least",
          SayBoth("'at_least' 须不小于 2", "'at_least' must be 2 or more"));
  }
}

void MatchChecker::CheckNotEmpty(const std::string& path,
                                 const rules::v1::Patterns& set) {
  if (!set.word_lists().empty() || !set.words().empty() ||
      !set.regexes().empty()) {
    return;
  }
  Fault(path, SayBoth("须有 'word_lists'、'words' 或 'regexes'",
                      "needs 'word_lists', 'words' or 'regexes'"));
}

}  // namespace sluice::rules
