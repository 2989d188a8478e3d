#include "rules/check/weight_check.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/match/match_tree.h"
#include "rules/match/text_signs.h"
#include "rules/pack/file_checker.h"

namespace sluice::rules {
namespace {

// The lowest sum that some rule asks of a table; none: the greatest there is.
int64_t LowestSum(const Pack& pack, const std::string& table) {
  int64_t lowest = std::numeric_limits<int64_t>::max();
  for (const rules::v1::ContentRule& rule : pack.rules.rules()) {
    ForEachSet(rule, "", [&](const PatternSet& set, const std::string&) {
      if (set.weight == nullptr || set.weight->table() != table) return;
      lowest = std::min<int64_t>(lowest, set.weight->at_least());
    });
  }
  return lowest;
}

std::string PathBeside(const std::string& file, const std::string& name) {
  return file.substr(0, file.rfind('/') + 1) + name;
}

void WarnOfHeavy(const std::string& path, const std::vector<WeighedWord>& words,
                 int64_t sum, Warnings& warnings) {
  for (const WeighedWord& word : words) {
    if (word.weight < sum) continue;
    warnings.Add(
        path, word.position,
        SayBoth("单独就达到合计的词", "words that are enough alone"),
        SayBoth("这个词的权重 $0 单独就达到规则要求的合计 $1：请调低，或把它"
                "写进词表",
                "the weight of $0 alone reaches the $1 that a rule asks for: "
                "lower it, or put the word into a word list",
                word.weight, sum));
  }
}

// Only signs are looked for: what else stands in a word says nothing.
void WarnOfMarks(const std::string& path, const std::vector<WeighedWord>& words,
                 Warnings& warnings) {
  for (const WeighedWord& word : words) {
    if (word.text.find_first_of(".|/,:;!?*-_%") == std::string::npos) continue;
    const std::string read = WordOfSigns(SignsOfWord(word.text));
    if (read.empty()) continue;
    warnings.Add(path, word.position, SayBoth("带标点的词", "words with marks"),
                 SayBoth("这个词读作“$0”：标点不起作用，几个词请各写一行",
                         "this word is read as '$0': marks say nothing; write "
                         "several words in lines of their own",
                         read));
  }
}

// Checks the tables in the order of rules.yaml.
class WeightChecker : public FileChecker {
 public:
  WeightChecker(const Pack& pack, Faults& faults)
      : FileChecker(pack.rules_file, faults), pack_(pack), faults_(faults) {}

  void Check(const StopAsked& stop) {
    for (int i = 0; i < pack_.rules.weight_tables_size(); ++i) {
      const rules::v1::WeightTable& table = pack_.rules.weight_tables(i);
      if (!IsId(table.id())) {
        Fault(absl::StrCat("weight_tables[", i, "].id"), NeedsId(), table.id());
      }
      if (pack_.lists.contains(table.id())) {
        Fault(absl::StrCat("weight_tables[", i, "].id"),
              SayBoth("“$0”已是词表的编号", "'$0' is the id of a word list",
                      table.id()));
      }
      const auto words = pack_.weight_tables.find(table.id());
      if (words == pack_.weight_tables.end()) continue;
      if (IsFull() || !CheckStop(stop).ok()) return;
      CheckTable(PathBeside(pack_.rules_file.path, table.file()),
                 words->second);
    }
  }

 private:
  void CheckTable(const std::string& path,
                  const std::vector<WeighedWord>& words) {
    std::map<std::vector<uint64_t>, const WeighedWord*> seen;
    std::set<uint64_t> all;
    for (const WeighedWord& word : words) {
      if (IsFull()) return;
      std::vector<uint64_t> signs = SignsOfWord(word.text);
      if (signs.empty() || signs.size() > kSignsMax) {
        faults_.Add(path, word.position,
                    SayBoth("须有 1 到 $0 个字符、单词、数字或 {link} "
                            "这样的联系方式，这里有 "
                            "$1 个",
                            "needs 1 to $0 characters, words, numbers or "
                            "contacts such as {link}, this has $1",
                            kSignsMax, signs.size()));
        continue;
      }
      if (signs == every_text_) {
        faults_.Add(path, word.position,
                    SayBoth("每条短信都有句末：请改规则的 at_least",
                            "every text has an end of a sentence: change the "
                            "rule's at_least instead"));
        continue;
      }
      all.insert(signs.begin(), signs.end());
      const auto [it, added] = seen.emplace(std::move(signs), &word);
      if (added) continue;
      faults_.Add(path, word.position,
                  SayBoth("与第 $0 行的“$1”是同一个词",
                          "the same word as '$1' in line $0",
                          it->second->position.line, it->second->text));
    }
    if (all.size() <= kTableSignsMax && words.size() <= kPackWordsMax) return;
    faults_.Add(path, {0, 0},
                absl::StrCat("more than ", kPackWordsMax, " words or ",
                             kTableSignsMax, " different signs"));
  }

  const Pack& pack_;
  Faults& faults_;
  const std::vector<uint64_t> every_text_ = SignsOfWord("。");
};

}  // namespace

void CheckWeightTables(const Pack& pack, Faults& faults,
                       const StopAsked& stop) {
  WeightChecker(pack, faults).Check(stop);
}

void FindWeightWarnings(const Pack& pack, Warnings& warnings) {
  for (const rules::v1::WeightTable& table : pack.rules.weight_tables()) {
    const auto words = pack.weight_tables.find(table.id());
    if (words == pack.weight_tables.end()) continue;
    const std::string path = PathBeside(pack.rules_file.path, table.file());
    WarnOfHeavy(path, words->second, LowestSum(pack, table.id()), warnings);
    WarnOfMarks(path, words->second, warnings);
  }
}

}  // namespace sluice::rules
