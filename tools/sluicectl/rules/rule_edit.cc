#include "tools/sluicectl/rules/rule_edit.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "rules/pack/word_list.h"
#include "rules/pack/yaml_edit.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::ctl {
namespace {

using google::protobuf::FieldDescriptor;

// What a new rule has unless --set says otherwise: a person looks.
constexpr std::pair<absl::string_view, absl::string_view> kNewRule[] = {
    {"basis", "policy"}, {"action", "hold"}, {"code", "CONTENT_UNWANTED"}};

template <typename... Values>
absl::Status Fault(absl::StatusCode code, absl::string_view chinese,
                   absl::string_view english, const Values&... values) {
  return WithChinese(
      absl::Status(code, Say(Language::kEnglish, chinese, english, values...)),
      Say(Language::kChinese, chinese, english, values...));
}

absl::string_view IdOf(const rules::YamlNode& item) {
  for (size_t i = 0; i < item.keys.size(); ++i) {
    if (item.keys[i].scalar == "id") return item.items[i].scalar;
  }
  return "";
}

class RulesFile {
 public:
  RulesFile(const std::string& path, rules::YamlEditor file)
      : path_(path), file_(std::move(file)) {}

  std::string content() const { return file_.content(); }

  // "rules[3]" or "thresholds[3]"; what has another id is suggested.
  absl::StatusOr<std::string> PathOf(absl::string_view flag,
                                     const std::string& id) const {
    std::vector<std::string> ids;
    for (const char* list : {"rules", "thresholds"}) {
      const rules::YamlNode* node = file_.Find(list);
      for (size_t i = 0; node != nullptr && i < node->items.size(); ++i) {
        if (IdOf(node->items[i]) == id) return absl::StrCat(list, "[", i, "]");
        ids.emplace_back(IdOf(node->items[i]));
      }
    }
    const std::string near = rules::NearestOf(id, ids);
    const std::string asked = absl::StrCat(flag, " ", id);
    if (near.empty()) {
      return Fault(absl::StatusCode::kNotFound,
                   "$0：$1 中没有这条规则；`sluicectl rules stats` "
                   "列出生效规则集的规则",
                   "$0: $1 has no such rule; `sluicectl rules stats` lists "
                   "those in force",
                   asked, path_);
    }
    return Fault(
        absl::StatusCode::kNotFound, "$0：$1 中没有这条规则，是否应为 $2？",
        "$0: $1 has no such rule, did you mean $2?", asked, path_, near);
  }

  absl::StatusOr<std::string> Make(const std::string& id) {
    if (PathOf("", id).ok()) {
      return Fault(absl::StatusCode::kAlreadyExists,
                   "--new-rule $0：$1 已有这条规则；修改请用 --rule $0",
                   "--new-rule $0: $1 already has it; change it with --rule $0",
                   id, path_);
    }
    SLUICE_RETURN_IF_ERROR(file_.AppendMap("rules", "id", id));
    SLUICE_ASSIGN_OR_RETURN(const std::string rule, PathOf("", id));
    for (const auto& [field, value] : kNewRule) {
      SLUICE_RETURN_IF_ERROR(
          file_.Set(absl::StrCat(rule, ".", field), std::string(value)));
    }
    return rule;
  }

  absl::Status Remove(const std::string& path) { return file_.Remove(path); }

  // One "FIELD=VALUE".
  absl::Status SetField(const std::string& rule, const std::string& setting) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(setting, absl::MaxSplits('=', 1));
    const std::string name(absl::StripAsciiWhitespace(parts.first));
    SLUICE_RETURN_IF_ERROR(CheckField(rule, setting, name));
    const std::string field = absl::StrCat(rule, ".", name);
    const std::string value(absl::StripAsciiWhitespace(parts.second));
    if (!value.empty()) return file_.Set(field, value);
    if (file_.Find(field) == nullptr) {
      return Fault(absl::StatusCode::kNotFound, "--set $0：该规则没有 $1",
                   "--set $0: the rule has no $1", setting, name);
    }
    return file_.Remove(field);
  }

  // The list with the words that the rule itself has.
  absl::StatusOr<std::string> WordsOf(const std::string& rule) const {
    if (file_.Find(rule + ".match") == nullptr) return rule + ".words";
    std::string words = rule + ".match.words";
    if (file_.Find(words) != nullptr) return words;
    std::set<std::string> lists;
    std::set<std::string> tables;
    CollectLists(*file_.Find(rule + ".match"), lists, tables);
    if (lists.empty()) return NoLists(rule, tables);
    return Fault(
        absl::StatusCode::kFailedPrecondition,
        "$0: $1 由多个条件组成（match），直接加词等于再加一个条件。"
        "请把词加到它的词表里：$2",
        "$0: $1 joins several conditions (match), so that a word of its own "
        "would be one more condition. Add the word to one of its lists: $2",
        absl::StrCat(path_, ":", file_.Find(rule)->position.line),
        IdOf(*file_.Find(rule)), absl::StrJoin(lists, ", "));
  }

  absl::Status AddAll(const std::string& list,
                      const std::vector<std::string>& words) {
    for (size_t i = 0; i < words.size(); ++i) {
      SLUICE_RETURN_IF_ERROR(CheckNew(list, words[i], i, words));
    }
    return words.empty() ? absl::OkStatus() : file_.Append(list, words);
  }

  absl::Status RemoveWord(const std::string& list, const std::string& word) {
    const std::optional<size_t> at = IndexOf(list, word);
    if (at) return file_.Remove(absl::StrCat(list, "[", *at, "]"));
    return Fault(absl::StatusCode::kNotFound, "--remove $0：不在 $2 的 $1 中",
                 "--remove $0: not in $1 of $2", word, list, path_);
  }

 private:
  // A rule with `match` has no list that a word could go to.
  absl::Status NoLists(const std::string& rule,
                       const std::set<std::string>& tables) const {
    const std::string place =
        absl::StrCat(path_, ":", file_.Find(rule)->position.line);
    const std::string id(IdOf(*file_.Find(rule)));
    if (!tables.empty()) {
      return Fault(absl::StatusCode::kFailedPrecondition,
                   "$0: $1 按权重表 $2 判定，没有词表：请在该表的文件中给词写"
                   "权重",
                   "$0: $1 decides by the weight table $2, and has no list: "
                   "give the word a weight in the table's file",
                   place, id, absl::StrJoin(tables, ", "));
    }
    return Fault(absl::StatusCode::kFailedPrecondition,
                 "$0: $1 由多个条件组成（match），词写在各个条件里，没有词表："
                 "请直接修改 $2 中的 match",
                 "$0: $1 joins several conditions (match), has its words in "
                 "them and no list: change its match in $2",
                 place, id, path_);
  }

  absl::Status CheckField(const std::string& rule, const std::string& setting,
                          const std::string& name) const {
    const google::protobuf::Descriptor& type =
        absl::StartsWith(rule, "rules[") ? *rules::v1::ContentRule::descriptor()
                                         : *rules::v1::Threshold::descriptor();
    std::vector<std::string> names;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (field.is_repeated() ||
          field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        continue;
      }
      names.push_back(field.name());
    }
    const bool known =
        absl::StrContains(setting, '=') &&
        std::find(names.begin(), names.end(), name) != names.end();
    if (known && name != "id") return absl::OkStatus();
    constexpr absl::StatusCode kCode = absl::StatusCode::kInvalidArgument;
    if (!absl::StrContains(setting, '=')) {
      return Fault(kCode, "--set $0：请写成 字段=值",
                   "--set $0: write FIELD=VALUE", setting);
    }
    if (name == "id") {
      return Fault(kCode, "--set $0：规则的编号不能改，记录里引用它",
                   "--set $0: a rule keeps its id: records name it", setting);
    }
    return Fault(kCode, "--set $0：不是规则的单值字段$1",
                 "--set $0: not a single value of a rule$2", setting,
                 rules::Suggestion(name, names, Language::kChinese),
                 rules::Suggestion(name, names));
  }

  // The ids of the word lists and weight tables below `node`, but for those
  // under a `not`: a word there would lift hits.
  static void CollectLists(const rules::YamlNode& node,
                           std::set<std::string>& lists,
                           std::set<std::string>& tables) {
    for (size_t i = 0; i < node.items.size(); ++i) {
      const std::string key = node.keys.empty() ? "" : node.keys[i].scalar;
      if (key == "not") continue;
      if (key == "table") tables.insert(node.items[i].scalar);
      for (const rules::YamlNode& item : node.items[i].items) {
        if (key == "word_lists") lists.insert(item.scalar);
      }
      CollectLists(node.items[i], lists, tables);
    }
  }

  std::optional<size_t> IndexOf(const std::string& list,
                                const std::string& word) const {
    const rules::YamlNode* node = file_.Find(list);
    const std::string folded = rules::FoldWord(word);
    for (size_t i = 0; node != nullptr && i < node->items.size(); ++i) {
      if (rules::FoldWord(node->items[i].scalar) == folded) return i;
    }
    return std::nullopt;
  }

  absl::Status CheckNew(const std::string& list, const std::string& word,
                        size_t index,
                        const std::vector<std::string>& words) const {
    const std::string folded = rules::FoldWord(word);
    if (folded.empty()) {
      return Fault(absl::StatusCode::kInvalidArgument,
                   "--add '$0'：归一化之后什么也不剩",
                   "--add '$0': nothing is left of it when texts are folded",
                   word);
    }
    const bool twice = std::any_of(
        words.begin(), words.begin() + static_cast<ptrdiff_t>(index),
        [&folded](const std::string& other) {
          return rules::FoldWord(other) == folded;
        });
    const std::optional<size_t> at = IndexOf(list, word);
    if (!twice && !at) return absl::OkStatus();
    if (twice) {
      return Fault(absl::StatusCode::kAlreadyExists, "--add $0：给了两次",
                   "--add $0: given twice", word);
    }
    return Fault(
        absl::StatusCode::kAlreadyExists,
        "--add $0：$1:$2 已有这个词，或全半角、大小写、繁简归一后相同的词",
        "--add $0: $1:$2 already has it, or one that is equal after folding of "
        "width, case and script",
        word, path_, file_.Find(list)->items[*at].position.line);
  }

  const std::string& path_;
  rules::YamlEditor file_;
};

// The list that --add and --remove are for.
absl::StatusOr<std::string> ListOf(const RulesFile& file, const RuleEdit& edit,
                                   const std::string& rule) {
  if (edit.strict_words) return "strict_words";
  if (!edit.allow_phrases) return file.WordsOf(rule);
  return rule.empty() ? "allow_phrases" : rule + ".allow_phrases";
}

}  // namespace

absl::StatusOr<std::string> EditRules(const std::string& path,
                                      absl::string_view content,
                                      const RuleEdit& edit) {
  SLUICE_ASSIGN_OR_RETURN(rules::YamlEditor editor,
                          rules::YamlEditor::Open(path, content));
  RulesFile file(path, std::move(editor));
  if (!edit.remove_rule.empty()) {
    SLUICE_ASSIGN_OR_RETURN(const std::string gone,
                            file.PathOf("--remove-rule", edit.remove_rule));
    SLUICE_RETURN_IF_ERROR(file.Remove(gone));
  }
  std::string rule;
  if (!edit.rule.empty()) {
    SLUICE_ASSIGN_OR_RETURN(rule, file.PathOf("--rule", edit.rule));
  } else if (!edit.new_rule.empty()) {
    SLUICE_ASSIGN_OR_RETURN(rule, file.Make(edit.new_rule));
  }
  for (const std::string& setting : edit.set) {
    SLUICE_RETURN_IF_ERROR(file.SetField(rule, setting));
  }
  if (!edit.words.add.empty() || !edit.words.remove.empty()) {
    SLUICE_ASSIGN_OR_RETURN(const std::string list, ListOf(file, edit, rule));
    for (const std::string& word : edit.words.remove) {
      SLUICE_RETURN_IF_ERROR(file.RemoveWord(list, word));
    }
    SLUICE_RETURN_IF_ERROR(file.AddAll(list, edit.words.add));
  }
  SLUICE_RETURN_IF_ERROR(file.AddAll(rule + ".examples.must_hit", edit.hits));
  SLUICE_RETURN_IF_ERROR(
      file.AddAll(rule + ".examples.must_pass", edit.passes));
  return file.content();
}

}  // namespace sluice::ctl
