#include "tools/sluicectl/rules/unused_words.h"

#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/faults.h"
#include "rules/base/status_macros.h"
#include "rules/match/match_tree.h"
#include "rules/pack/word_list.h"
#include "rules/pack/yaml.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::ctl {
namespace {

// "id" and "id/category" of the lists and weight tables that rules name.
std::set<std::string> UsedLists(const rules::v1::PackRules& rules) {
  std::set<std::string> used;
  for (const rules::v1::ContentRule& rule : rules.rules()) {
    rules::ForEachSet(
        rule, "", [&used](const rules::PatternSet& set, const std::string&) {
          used.insert(set.word_lists->begin(), set.word_lists->end());
          if (set.weight != nullptr) used.insert(set.weight->table());
        });
  }
  return used;
}

std::map<std::string, size_t> WordsByCategory(const admin::v1::PackFile& file) {
  std::map<std::string, size_t> words;
  rules::Faults faults;  // The pack is good.
  for (const rules::Word& word :
       rules::ParseWords(file.name(), file.content(), faults)) {
    for (const std::string& category : word.categories) ++words[category];
  }
  return words;
}

}  // namespace

absl::StatusOr<std::vector<Both>> UnusedWords(const rules::PackFiles& files) {
  std::map<std::string, const admin::v1::PackFile*> by_name;
  for (const admin::v1::PackFile& file : files) by_name[file.name()] = &file;
  rules::v1::PackRules rules;
  if (const auto found = by_name.find("rules.yaml"); found != by_name.end()) {
    SLUICE_RETURN_IF_ERROR(
        rules::LoadYaml("rules.yaml", found->second->content(), &rules));
  }
  const std::set<std::string> used = UsedLists(rules);
  std::vector<Both> unused;
  for (const rules::v1::WordList& list : rules.word_lists()) {
    if (used.contains(list.id())) continue;
    const auto file = by_name.find(list.file());
    std::map<std::string, size_t> categories;
    if (file != by_name.end() && absl::EndsWith(list.file(), ".csv")) {
      categories = WordsByCategory(*file->second);
    }
    std::vector<Both> forgotten;
    for (const auto& [category, words] : categories) {
      if (used.contains(absl::StrCat(list.id(), "/", category))) continue;
      forgotten.push_back(SayBoth("$0：没有规则使用 $1/$2（$3 个词）",
                                  "$0: no rule asks for $1/$2 ($3 $4)",
                                  list.file(), list.id(), category, words,
                                  words == 1 ? "word" : "words"));
    }
    if (forgotten.size() == categories.size()) {
      forgotten = {SayBoth("$0：没有规则使用词表 $1",
                           "$0: no rule asks for the list $1", list.file(),
                           list.id())};
    }
    unused.insert(unused.end(), forgotten.begin(), forgotten.end());
  }
  for (const rules::v1::WeightTable& table : rules.weight_tables()) {
    if (used.contains(table.id())) continue;
    unused.push_back(SayBoth("$0：没有规则使用权重表 $1",
                             "$0: no rule asks for the weight table $1",
                             table.file(), table.id()));
  }
  return unused;
}

}  // namespace sluice::ctl
