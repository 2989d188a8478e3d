#include "rules/check/weight_check.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "rules/match/text_signs.h"
#include "rules/pack/file_checker.h"

namespace sluice::rules {
namespace {

std::string PathBeside(const std::string& file, const std::string& name) {
  return file.substr(0, file.rfind('/') + 1) + name;
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
      if (HasBadBrace(path, word)) continue;
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

  // Says so of a brace that names no kind of contact, at the brace.
  bool HasBadBrace(const std::string& path, const WeighedWord& word) {
    const absl::string_view text = word.text;
    for (size_t open = text.find('{'); open != text.npos;
         open = text.find('{', open + 1)) {
      const size_t close = text.find('}', open);
      const absl::string_view name =
          close == text.npos ? text.substr(open + 1)
                             : text.substr(open + 1, close - open - 1);
      if (close != text.npos && absl::c_linear_search(ContactSigns(), name)) {
        continue;
      }
      Position position = word.position;
      position.column += PositionOf(text, open).column - 1;
      const std::string allowed =
          absl::StrCat("{", absl::StrJoin(ContactSigns(), "} {"), "}");
      faults_.Add(path, position,
                  close == text.npos
                      ? SayBoth("'{' 没有闭合；花括号中写联系方式的种类：$0",
                                "'{' is not closed; braces name a kind of "
                                "contact: $0",
                                allowed)
                      : SayBoth("{$0} 不是联系方式的种类，可用 $1",
                                "{$0} is no kind of contact, allowed: $1", name,
                                allowed));
      return true;
    }
    return false;
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

}  // namespace sluice::rules
