#include "tools/sluicectl/rules/pack_changes.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/util/message_differencer.h"
#include "rules/base/faults.h"
#include "rules/pack/weight_list.h"
#include "rules/pack/word_list.h"
#include "rules/pack/yaml.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::ctl {
namespace {

using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using ById = std::map<std::string, const Message*>;
// From the folded word to its categories, joined; in a weight table, from the
// word to its weight.
using WordTable = std::map<std::string, std::string>;

const std::string* Content(const rules::PackFiles& files,
                           absl::string_view name) {
  for (const admin::v1::PackFile& file : files) {
    if (file.name() == name) return &file.content();
  }
  return nullptr;
}

// Collects the fields of a message that differ.
class FieldReporter final : public MessageDifferencer::Reporter {
 public:
  using Path = std::vector<MessageDifferencer::SpecificField>;

  void ReportAdded(const Message&, const Message&, const Path& path) override {
    Add(path);
  }
  void ReportDeleted(const Message&, const Message&,
                     const Path& path) override {
    Add(path);
  }
  void ReportModified(const Message&, const Message&,
                      const Path& path) override {
    Add(path);
  }
  std::vector<std::string> Fields() const {
    return {fields_.begin(), fields_.end()};
  }

 private:
  void Add(const Path& path) {
    if (path[0].field != nullptr) fields_.insert(path[0].field->name());
  }

  std::set<std::string> fields_;
};

std::vector<std::string> FieldsThatDiffer(const Message& before,
                                          const Message& after) {
  MessageDifferencer differencer;
  FieldReporter reporter;
  differencer.ReportDifferencesTo(&reporter);
  differencer.Compare(before, after);
  return reporter.Fields();
}

IdChanges CompareIds(const ById& before, const ById& after) {
  IdChanges changes;
  changes.before = before.size();
  changes.after = after.size();
  for (const auto& [id, message] : before) {
    const auto other = after.find(id);
    if (other == after.end()) {
      changes.removed.push_back(id);
      continue;
    }
    auto fields = FieldsThatDiffer(*message, *other->second);
    if (!fields.empty()) changes.changed.push_back({id, std::move(fields)});
  }
  for (const auto& [id, message] : after) {
    if (!before.contains(id)) changes.added.push_back(id);
  }
  return changes;
}

template <typename... Messages>
ById IdsOf(const Messages&... messages) {
  ById found;
  const auto add = [&found](const auto& all) {
    for (const auto& message : all) found[message.id()] = &message;
  };
  (add(messages), ...);
  return found;
}

rules::v1::PackRules RulesOf(const rules::PackFiles& files) {
  rules::v1::PackRules rules;
  const std::string* content = Content(files, "rules.yaml");
  // Unreadable content is left out.
  if (content != nullptr) (void)rules::LoadYaml("rules.yaml", *content, &rules);
  return rules;
}

WordTable WordsOf(const rules::PackFiles& files, const std::string& name) {
  WordTable words;
  const std::string* content = Content(files, name);
  if (content == nullptr) return words;
  rules::Faults ignored;
  for (rules::Word& word : rules::ParseWords(name, *content, ignored)) {
    std::sort(word.categories.begin(), word.categories.end());
    words.emplace(std::move(word.folded), absl::StrJoin(word.categories, ","));
  }
  return words;
}

WordTable WeightsOf(const rules::PackFiles& files, const std::string& name) {
  WordTable words;
  const std::string* content = Content(files, name);
  if (content == nullptr) return words;
  rules::Faults ignored;
  for (rules::WeighedWord& word :
       rules::ParseWeights(name, *content, ignored)) {
    words.emplace(std::move(word.text), absl::StrCat(word.weight));
  }
  return words;
}

std::map<std::string, WordTable> ListsOf(const rules::PackFiles& files,
                                         const rules::v1::PackRules& rules) {
  std::map<std::string, WordTable> lists;
  for (const rules::v1::WordList& list : rules.word_lists()) {
    lists[list.id()] = WordsOf(files, list.file());
  }
  for (const rules::v1::WeightTable& table : rules.weight_tables()) {
    lists[table.id()] = WeightsOf(files, table.file());
  }
  return lists;
}

WordChanges CompareWords(const std::string& list, const WordTable& before,
                         const WordTable& after) {
  WordChanges changes = {list, before.size(), after.size()};
  for (const auto& [word, category] : before) {
    const auto other = after.find(word);
    changes.removed += other == after.end();
    changes.moved += other != after.end() && other->second != category;
  }
  for (const auto& [word, category] : after) {
    changes.added += !before.contains(word);
  }
  return changes;
}

}  // namespace

std::vector<FileChange> CompareFiles(const rules::PackFiles& before,
                                     const rules::PackFiles& after) {
  std::map<std::string, std::pair<const std::string*, const std::string*>>
      files;
  for (const admin::v1::PackFile& file : before) {
    files[file.name()].first = &file.content();
  }
  for (const admin::v1::PackFile& file : after) {
    files[file.name()].second = &file.content();
  }
  std::vector<FileChange> changes;
  for (const auto& [name, contents] : files) {
    const auto& [old_content, new_content] = contents;
    if (old_content && new_content && *old_content == *new_content) continue;
    FileChange& change = changes.emplace_back();
    change.name = name;
    change.in_before = old_content != nullptr;
    change.in_after = new_content != nullptr;
    absl::string_view was;
    absl::string_view is;
    if (old_content != nullptr) was = *old_content;
    if (new_content != nullptr) is = *new_content;
    change.is_text = !absl::StrContains(was, absl::string_view("\0", 1)) &&
                     !absl::StrContains(is, absl::string_view("\0", 1));
    if (!change.is_text) continue;
    change.before = SplitLines(was);
    change.after = SplitLines(is);
    change.changes = DiffLines(change.before, change.after);
  }
  return changes;
}

PackChanges ComparePacks(const rules::PackFiles& before,
                         const rules::PackFiles& after) {
  const rules::v1::PackRules was = RulesOf(before);
  const rules::v1::PackRules is = RulesOf(after);
  PackChanges changes;
  changes.rules = CompareIds(IdsOf(was.rules()), IdsOf(is.rules()));
  changes.thresholds =
      CompareIds(IdsOf(was.thresholds()), IdsOf(is.thresholds()));
  changes.lists = CompareIds(IdsOf(was.word_lists(), was.weight_tables()),
                             IdsOf(is.word_lists(), is.weight_tables()));
  changes.domain_lists =
      CompareIds(IdsOf(was.domain_lists()), IdsOf(is.domain_lists()));
  std::map<std::string, std::pair<WordTable, WordTable>> lists;
  for (auto& [id, words] : ListsOf(before, was)) {
    lists[id].first = std::move(words);
  }
  for (auto& [id, words] : ListsOf(after, is)) {
    lists[id].second = std::move(words);
  }
  for (const auto& [id, words] : lists) {
    WordChanges list = CompareWords(id, words.first, words.second);
    changes.words.before += list.before;
    changes.words.after += list.after;
    changes.words.added += list.added;
    changes.words.removed += list.removed;
    changes.words.moved += list.moved;
    if (list.added + list.removed + list.moved > 0) {
      changes.by_list.push_back(std::move(list));
    }
  }
  return changes;
}

}  // namespace sluice::ctl
