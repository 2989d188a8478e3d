#include "rules/check/list_warnings.h"

#include <re2/re2.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "rules/base/faults.h"
#include "rules/base/list_lines.h"
#include "rules/base/quoted.h"
#include "rules/check/odd_domain.h"
#include "rules/match/match_tree.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

using Ids = std::set<std::string>;

// Which lists the rules and the policy use, by id.
struct Uses {
  Ids words;  // "id" and "id/category".
  Ids weights;
  Ids domains;
  Ids trusted;
  Ids distrusted;
  Ids stopped;  // Those of `distrusted` that rules ask for.
  // Whether the policy names a list that is not there: which one it means is
  // not known.
  bool unknown = false;
};

template <typename Names>
void Add(const Names& names, Ids& ids) {
  ids.insert(names.begin(), names.end());
}

Uses UsesOf(const Pack& pack) {
  Uses uses;
  for (const rules::v1::ContentRule& rule : pack.rules.rules()) {
    ForEachSet(rule, "", [&uses](const PatternSet& set, const std::string&) {
      Add(*set.word_lists, uses.words);
      if (set.weight != nullptr) uses.weights.insert(set.weight->table());
      if (set.links == nullptr) return;
      Add(set.links->domain_lists(),
          set.lifts ? uses.trusted : uses.distrusted);
      Add(set.links->except_domain_lists(),
          set.lifts ? uses.distrusted : uses.trusted);
    });
  }
  uses.stopped = uses.distrusted;
  for (const std::string& id : pack.policy.links().shorteners()) {
    uses.distrusted.insert(id);
    uses.unknown |= !pack.domain_lists.contains(id);
  }
  Add(uses.trusted, uses.domains);
  Add(uses.distrusted, uses.domains);
  return uses;
}

// Whether people read it only, or it may be meant for the pack.
bool IsForPeople(absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(name);
  const absl::string_view file =
      absl::string_view(lower).substr(lower.rfind('/') + 1);
  for (const absl::string_view begin :
       {"readme", "license", "changes", "changelog", "notes", "说明"}) {
    if (absl::StartsWith(file, begin)) return true;
  }
  for (const absl::string_view part : {"副本", " copy", ".bak", ".old"}) {
    if (absl::StrContains(file, part)) return false;
  }
  for (const absl::string_view end :
       {".txt", ".csv",  ".tsv", ".yaml", ".yml",  ".xls", ".xlsx", ".et",
        ".ods", ".list", ".dat", ".doc",  ".docx", ".wps", ".rtf",  ".json",
        ".xml", "~",     ".swp", ".tmp",  ".orig", ".rej", ".save"}) {
    if (absl::EndsWith(file, end)) return false;
  }
  return true;
}

// Whether a list has no line that is an entry, not even a faulty one.
bool IsEmptyList(const admin::v1::PackFile& file) {
  size_t lines = absl::EndsWith(file.name(), ".csv") ? 1 : 0;  // Its columns.
  for (const absl::string_view line : absl::StrSplit(file.content(), '\n')) {
    if (WithoutComment(line).empty()) continue;
    if (lines-- == 0) return false;
  }
  return true;
}

class ListWarnings {
 public:
  ListWarnings(const Pack& pack, const PackFiles& files, Warnings& warnings)
      : pack_(pack),
        folder_(absl::StripSuffix(pack.rules_file.path, "rules.yaml")),
        uses_(UsesOf(pack)),
        warnings_(warnings) {
    for (const admin::v1::PackFile& file : files) files_[file.name()] = &file;
  }

  void Find() {
    for (int i = 0; i < pack_.rules.word_lists_size(); ++i) {
      LookAtWords(pack_.rules.word_lists(i),
                  absl::StrCat("word_lists[", i, "]"));
    }
    for (int i = 0; i < pack_.rules.domain_lists_size(); ++i) {
      LookAtDomains(pack_.rules.domain_lists(i),
                    absl::StrCat("domain_lists[", i, "]"));
    }
    for (int i = 0; i < pack_.rules.weight_tables_size(); ++i) {
      const rules::v1::WeightTable& table = pack_.rules.weight_tables(i);
      if (uses_.weights.contains(table.id())) continue;
      AddUnused(absl::StrCat("weight_tables[", i, "]"), table.id(),
                table.file());
    }
    LookAtFiles();
  }

 private:
  void LookAtWords(const rules::v1::WordList& list, const std::string& path) {
    const auto words = pack_.lists.find(list.id());
    if (words == pack_.lists.end() || !files_.contains(list.file())) return;
    const bool whole = uses_.words.contains(list.id());
    std::map<std::string, size_t> categories;
    for (const Word& word : words->second) {
      for (const std::string& one : word.categories) ++categories[one];
    }
    std::vector<std::string> forgotten;
    bool any = whole;
    for (const auto& [category, count] : categories) {
      std::string id = absl::StrCat(list.id(), "/", category);
      if (uses_.words.contains(id)) {
        any = true;
      } else {
        forgotten.push_back(std::move(id));
      }
    }
    if (!any) return AddUnused(path, list.id(), list.file());
    LookAtComments(list.file());
    if (IsEmptyList(*files_[list.file()])) AddEmpty(path, list.file());
    if (whole) return;
    for (const std::string& id : forgotten) AddUnused(path, id, list.file());
  }

  // Lines that a # made a comment, although they seem to be words: #词#, and
  // what a spreadsheet writes for a formula without a result.
  void LookAtComments(const std::string& name) {
    if (absl::EndsWith(name, ".csv")) return;  // It has no comments.
    static const RE2& word = *new RE2(R"(\s*#([\p{L}\p{N}]+)#\s*)");
    static const RE2& result = *new RE2(
        R"(\s*#(?:NAME\?|REF!|N/A|VALUE!|DIV/0!|NULL!|NUM!|SPILL!)\s*)");
    Faults ignored;  // Told by whoever read the list.
    ForEachLine(
        name, files_[name]->content(), ignored,
        [&](uint32_t number, absl::string_view line) {
          if (!absl::StrContains(line, '#')) return;
          const re2::StringPiece text(line.data(), line.size());
          const auto column = static_cast<uint32_t>(line.find('#') + 1);
          std::string inside;
          if (RE2::FullMatch(text, word, &inside)) {
            warnings_.Add(
                absl::StrCat(folder_, name), {number, column},
                SayBoth("写成注释的词", "words that are comments"),
                SayBoth("这一行以 # 开头，是注释，不会查找 $0：要查找请去掉 #",
                        "this line begins with #, so that it is a comment and "
                        "nobody looks for $0: remove the # if it is a word",
                        Quoted(inside)));
          } else if (RE2::FullMatch(text, result)) {
            warnings_.Add(
                absl::StrCat(folder_, name), {number, column},
                SayBoth("表格程序的结果", "results of spreadsheets"),
                SayBoth(
                    "表格程序写成了 $0，这一行原来的词已不在这里：请把该列设"
                    "为文本，重新填写并导出",
                    "a spreadsheet wrote $0 instead of this line's word, "
                    "which is lost: make its column text, fill it in and "
                    "export it again",
                    absl::StripAsciiWhitespace(line)));
          }
        });
  }

  void LookAtDomains(const rules::v1::DomainList& list,
                     const std::string& path) {
    const auto file = files_.find(list.file());
    const auto set = pack_.domain_lists.find(list.id());
    if (file == files_.end() || set == pack_.domain_lists.end()) return;
    if (!uses_.domains.contains(list.id())) {
      if (uses_.unknown) return;
      AddUnused(path, list.id(), list.file());
    } else if (IsEmptyList(*file->second)) {
      AddEmpty(path, list.file());
    }
    std::vector<const DomainSet*> distrusted;
    const bool trusted = uses_.trusted.contains(list.id());
    for (const std::string& id : uses_.distrusted) {
      const auto other = pack_.domain_lists.find(id);
      if (!trusted || id == list.id() || other == pack_.domain_lists.end()) {
        continue;
      }
      distrusted.push_back(&other->second);
    }
    FindOddDomains(absl::StrCat(folder_, list.file()), file->second->content(),
                   trusted, uses_.distrusted.contains(list.id()), distrusted,
                   BeforeIt(list), warnings_);
  }

  // The lists to stop that stand before one that is to stop, too.
  std::vector<OtherDomains> BeforeIt(const rules::v1::DomainList& list) const {
    std::vector<OtherDomains> before;
    if (!uses_.stopped.contains(list.id())) return before;
    for (const rules::v1::DomainList& one : pack_.rules.domain_lists()) {
      if (one.id() == list.id()) break;
      const auto set = pack_.domain_lists.find(one.id());
      if (!uses_.stopped.contains(one.id()) || one.file() == list.file() ||
          set == pack_.domain_lists.end()) {
        continue;
      }
      before.push_back({absl::StrCat(folder_, one.file()), &set->second});
    }
    return before;
  }

  void LookAtFiles() {
    Ids named = {"pack.yaml", "policy.yaml", "articles.yaml", "rules.yaml"};
    for (const auto& list : pack_.rules.word_lists()) named.insert(list.file());
    for (const auto& list : pack_.rules.domain_lists()) {
      named.insert(list.file());
    }
    for (const auto& table : pack_.rules.weight_tables()) {
      named.insert(table.file());
    }
    // Of a rules.yaml that cannot be read nobody knows what it names.
    if (!pack_.rules_file.positions.IsReadable("") ||
        !pack_.rules_file.positions.IsReadable("word_lists") ||
        !pack_.rules_file.positions.IsReadable("domain_lists") ||
        !pack_.rules_file.positions.IsReadable("weight_tables")) {
      return;
    }
    for (const auto& [name, file] : files_) {
      if (named.contains(name) || IsForPeople(name)) continue;
      warnings_.Add(absl::StrCat(folder_, name), {0, 0},
                    SayBoth("未使用的文件", "files that nothing names"),
                    SayBoth("rules.yaml 没有引用这个文件，其中的内容不起作用："
                            "请写进 word_lists、domain_lists 或 "
                            "weight_tables 并在规则中使用，或移出规则包",
                            "rules.yaml does not name this file, so that "
                            "nothing in it counts: name it under word_lists, "
                            "domain_lists or weight_tables and use it in a "
                            "rule, or take it out of the pack"));
    }
  }

  void AddUnused(const std::string& path, const std::string& id,
                 const std::string& file) {
    // A rule that cannot be read may ask for it.
    if (!pack_.rules_file.positions.IsReadable("rules")) return;
    Add(path, SayBoth("没有规则使用的名单", "lists that no rule asks for"),
        SayBoth("没有规则使用 $0（$1），其中的内容不起作用",
                "no rule asks for $0 ($1), so that nothing in it counts",
                Quoted(id), file));
  }

  void AddEmpty(const std::string& path, const std::string& file) {
    Add(path, SayBoth("空的名单", "empty lists"),
        SayBoth("$0 是空的，使用它的规则什么也找不到",
                "$0 is empty: a rule that asks for it finds nothing", file));
  }

  void Add(const std::string& path, const Both& kind, Both what) {
    warnings_.Add(pack_.rules_file.path, pack_.rules_file.positions.At(path),
                  kind, std::move(what));
  }

  const Pack& pack_;
  const std::string folder_;  // With a slash at its end, or empty.
  const Uses uses_;
  Warnings& warnings_;
  std::map<std::string, const admin::v1::PackFile*> files_;  // By name.
};

}  // namespace

void FindListWarnings(const Pack& pack, const PackFiles& files,
                      Warnings& warnings) {
  ListWarnings(pack, files, warnings).Find();
}

}  // namespace sluice::rules
