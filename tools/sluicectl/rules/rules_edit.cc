// sluicectl rules edit: changes one file of a pack's folder, a list or
// rules.yaml. The pack is validated with the new file before the old one is
// replaced, so that even an interrupted edit leaves no faulty pack behind.

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "rules/base/both_error.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/shell_word.h"
#include "rules/base/status_macros.h"
#include "rules/pack/pack.h"
#include "rules/pack/pack_files.h"
#include "rules/pack/yaml.h"
#include "sluice/rules/v1/pack.pb.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/table.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/input_file.h"
#include "tools/sluicectl/rules/domain_file.h"
#include "tools/sluicectl/rules/line_diff.h"
#include "tools/sluicectl/rules/pack_source.h"
#include "tools/sluicectl/rules/pack_warnings.h"
#include "tools/sluicectl/rules/rule_edit.h"
#include "tools/sluicectl/rules/rules_commands.h"
#include "tools/sluicectl/rules/word_file.h"

namespace sluice::ctl {
namespace {

namespace fs = std::filesystem;

constexpr char kRulesFile[] = "rules.yaml";
// Lists that a fault names; a pack has a hundred.
constexpr size_t kListsShown = 5;
constexpr size_t kAddedShown = 20;

struct EditFlags {
  std::string folder;
  std::string list;
  RuleEdit rules;
  std::string encoding;
  bool dry_run = false;
  bool lists = false;
  std::string add_file;
};

const std::string* Find(const rules::PackFiles& files,
                        const std::string& name) {
  for (const admin::v1::PackFile& file : files) {
    if (file.name() == name) return &file.content();
  }
  return nullptr;
}

// How many bytes two names have in common at their beginning.
size_t SameBegin(absl::string_view a, absl::string_view b) {
  size_t size = 0;
  while (size < std::min(a.size(), b.size()) && a[size] == b[size]) ++size;
  return size;
}

// Which list was probably meant, or which there are with names like it.
Both ListHint(const std::string& id, const std::vector<std::string>& ids) {
  const std::string nearest = rules::NearestOf(id, ids);
  if (!nearest.empty()) {
    return SayBoth("是否应为 $0？", "did you mean $0?", nearest);
  }
  if (ids.empty()) return SayBoth("目前一个也没有", "there is none");
  std::vector<std::string> like;
  for (const std::string& one : ids) {
    if (absl::StrContains(one, id) || absl::StrContains(id, one)) {
      like.push_back(one);
    }
  }
  if (like.empty()) like = ids;
  // Those that begin as it does first: names of lists begin with their subject.
  absl::c_stable_sort(like, [&id](const auto& a, const auto& b) {
    return SameBegin(id, a) > SameBegin(id, b);
  });
  const size_t more = like.size() - std::min(like.size(), kListsShown);
  like.resize(like.size() - more);
  const std::string names = absl::StrJoin(like, ", ");
  if (more == 0) return SayBoth("已有：$0", "there is: $0", names);
  return SayBoth(
      "有 $0 等 $1 个；`sluicectl rules edit 文件夹 --lists` 列出全部",
      "there are $0 and $2 more; `sluicectl rules edit FOLDER --lists` lists "
      "them all",
      names, like.size() + more, more);
}

struct EditedFile {
  std::string name;  // In the pack's folder.
  enum class Kind { kWords, kDomains, kRules } kind = Kind::kWords;
};

absl::StatusOr<EditedFile> FileOfList(const std::string& folder,
                                      const rules::PackFiles& files,
                                      const std::string& id) {
  const std::string path = folder + "/" + kRulesFile;
  rules::v1::PackRules rules;
  SLUICE_RETURN_IF_ERROR(
      rules::LoadYaml(path, *Find(files, kRulesFile), &rules));
  std::vector<std::string> ids;
  for (const rules::v1::WordList& list : rules.word_lists()) {
    if (list.id() == id) return EditedFile{list.file()};
    ids.push_back(list.id());
  }
  for (const rules::v1::DomainList& list : rules.domain_lists()) {
    if (list.id() == id) {
      return EditedFile{list.file(), EditedFile::Kind::kDomains};
    }
    ids.push_back(list.id());
  }
  for (const rules::v1::WeightTable& table : rules.weight_tables()) {
    if (table.id() != id) continue;
    return ErrorOf(absl::StatusCode::kInvalidArgument,
                   SayBoth("--list $0：这是权重表，请直接修改 $1，或用 "
                           "tools/learn 重新生成",
                           "--list $0: this is a weight table: change $1 "
                           "itself, or make it anew by tools/learn",
                           id, table.file()));
  }
  const Both hint = ListHint(id, ids);
  return ErrorOf(absl::StatusCode::kNotFound,
                 SayBoth("--list $0：$1 中没有这个词表或域名表，$2",
                         "--list $0: $1 has no such list, $3", id, path,
                         hint.chinese, hint.english));
}

absl::StatusOr<EditedFile> FileOf(const std::string& folder,
                                  const rules::PackFiles& files,
                                  const EditFlags& flags) {
  if (Find(files, kRulesFile) == nullptr) {
    return WithChinese(
        absl::NotFoundError(absl::StrCat(
            folder, "/", kRulesFile,
            ": no such folder; `sluicectl rules init` creates a pack's "
            "folder")),
        absl::StrCat(folder, "/", kRulesFile,
                     "：没有这个文件夹；`sluicectl rules init` "
                     "创建规则包的文件夹"));
  }
  if (flags.rules.Any()) {
    return EditedFile{kRulesFile, EditedFile::Kind::kRules};
  }
  return FileOfList(folder, files, flags.list);
}

// `added` learns what --add-file brought.
absl::StatusOr<std::string> Edited(const Context& context,
                                   EditedFile::Kind kind,
                                   const std::string& path,
                                   const std::string& before,
                                   const EditFlags& flags, FileAdded& added) {
  const RuleEdit& edit = flags.rules;
  if (kind == EditedFile::Kind::kRules) return EditRules(path, before, edit);
  const bool words = kind == EditedFile::Kind::kWords;
  SLUICE_ASSIGN_OR_RETURN(std::string after,
                          words ? EditWords(path, before, edit.words)
                                : EditDomains(path, before, edit.words));
  if (flags.add_file.empty()) return after;
  InputFile file(context.in);
  SLUICE_RETURN_IF_ERROR(file.Open(flags.add_file, flags.encoding));
  const std::string from((std::istreambuf_iterator<char>(file.stream())),
                         std::istreambuf_iterator<char>());
  SLUICE_ASSIGN_OR_RETURN(
      added,
      words ? AddWordsOf(path, after, flags.add_file, from, edit.words.category)
            : AddDomainsOf(path, after, flags.add_file, from));
  return added.content;
}

// Replaces in one step: a reader sees the old file or the new one.
absl::Status Replace(const fs::path& path, const std::string& content) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  const fs::path next = real.string() + ".new";
  const auto failed = [&](const std::string& why) {
    fs::remove(next, error);
    return WithChinese(absl::UnavailableError(absl::StrCat(
                           path.string(), ": cannot be written: ", why)),
                       absl::StrCat(path.string(), "：无法写入：", why));
  };
  if (error) return failed(error.message());
  std::ofstream out(next, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  out.close();
  if (!out) return failed(std::strerror(errno));
  fs::permissions(next, fs::status(real).permissions(), error);
  fs::rename(next, real, error);
  if (error) return failed(error.message());
  return absl::OkStatus();
}

// The error for an edit; if the pack was faulty before, the error says so.
absl::Status Refused(const std::string& folder, const absl::Status& after) {
  const absl::Status before = CompileFolder(folder).status();
  const absl::Status& faults = before.ok() ? after : before;
  const std::string chinese = ChineseOf(faults);
  return WithChinese(
      absl::Status(
          faults.code(),
          absl::StrCat(
              faults.message(),
              before.ok()
                  ? "\n  This edit makes the pack faulty: nothing was changed."
                  : "\n  The pack already has faults: correct them first. "
                    "Nothing was changed.")),
      absl::StrCat(chinese.empty() ? std::string(faults.message()) : chinese,
                   before.ok()
                       ? "\n  这样修改会使规则包出错：没有任何改动。"
                       : "\n  规则包本来就有错误，请先改正。没有任何改动。"));
}

void Print(const Context& context, const EditFlags& flags,
           const std::string& file, const std::string& before,
           const std::string& after, const FileAdded& added,
           const WarningLines& warnings) {
  if (context.json) {
    tools::JsonLine json;
    json.Text("file", file)
        .Count("added", flags.rules.words.add.size() + added.added)
        .Count("removed", flags.rules.words.remove.size())
        .Flag("written", !flags.dry_run);
    context.out << AddWarnings(warnings, json).End() << "\n";
    return;
  }
  context.out << context.style.Bold(file) << "\n";
  // Nobody reads the lines of a whole list.
  if (added.added <= kAddedShown) {
    const std::vector<absl::string_view> old_lines = SplitLines(before);
    const std::vector<absl::string_view> new_lines = SplitLines(after);
    PrintChanges(context.out, context.style, old_lines, new_lines,
                 DiffLines(old_lines, new_lines));
  }
  PrintWarnings(context, warnings);
  const WordEdit& words = flags.rules.words;
  if (!flags.add_file.empty()) {
    context.out << context.Say("从 $0 新增 $1 个，已有而略过 $2 个。",
                               "$1 added from $0, $2 were there already. ",
                               flags.add_file, tools::Grouped(added.added),
                               tools::Grouped(added.present));
  }
  if (!words.add.empty() || !words.remove.empty()) {
    context.out << context.Say(
        "新增 $0 个，删除 $1 个。", "$0 added, $1 removed. ",
        tools::Grouped(words.add.size()), tools::Grouped(words.remove.size()));
  }
  if (flags.dry_run) {
    context.out << context.Say(
                       "改后的规则包有效；没有写入文件（--dry-run）。",
                       "The pack is valid with this edit; nothing was written "
                       "(--dry-run).")
                << "\n";
    return;
  }
  context.out << context.Say("改后的规则包有效。",
                             "The pack is valid with this edit.")
              << "\n"
              << context.Say(
                     "下一步：sluicectl rules preview $0 --file "
                     "messages.tsv，然后 sluicectl rules import $0 "
                     "--reason 原因",
                     "Next: sluicectl rules preview $0 --file messages.tsv, "
                     "then sluicectl rules import $0 --reason WHY",
                     ShellWord(flags.folder))
              << "\n";
}

// What is wrong with the flags; empty: nothing.
std::string Misuse(const Context& context, const EditFlags& flags) {
  const RuleEdit& rules = flags.rules;
  const bool one_rule = !rules.rule.empty() || !rules.new_rule.empty();
  const bool words = !rules.words.add.empty() || !rules.words.remove.empty();
  const bool of_rule =
      !rules.set.empty() || !rules.hits.empty() || !rules.passes.empty();
  const int targets = !flags.list.empty() + !rules.rule.empty() +
                      !rules.new_rule.empty() + !rules.remove_rule.empty() +
                      rules.strict_words +
                      (rules.allow_phrases && !one_rule ? 1 : 0);
  if (targets != 1) {
    return context.Say(
        "请给出以下之一：--list、--rule、--new-rule、--remove-rule、"
        "--allow-phrases（可与 --rule 同用）、--strict-words",
        "give one of --list, --rule, --new-rule, --remove-rule, "
        "--allow-phrases (also with --rule) and --strict-words");
  }
  if (of_rule && !one_rule) {
    return context.Say(
        "--set、--hits、--passes 针对一条规则：请加上 --rule 编号",
        "--set, --hits and --passes are about a rule: give --rule ID");
  }
  if (!rules.words.category.empty() && flags.list.empty()) {
    return context.Say(
        "--category 针对词表里的词：请加上 --list 编号",
        "--category is about the words of a list: give --list ID");
  }
  if (!rules.remove_rule.empty()) {
    if (!words) return "";
    return context.Say("--remove-rule 不能与 --add、--remove 同用",
                       "--remove-rule takes no words");
  }
  if (!flags.add_file.empty() && flags.list.empty()) {
    return context.Say("--add-file 针对词表或域名表：请加上 --list 编号",
                       "--add-file is about a list: give --list ID");
  }
  if (words || of_rule || !flags.add_file.empty()) return "";
  if (one_rule && !rules.allow_phrases) {
    return context.Say(
        "没有要做的修改：请给出 --add 词、--remove 词、--set 字段=值、"
        "--hits 文本 或 --passes 文本",
        "nothing to do: give --add WORD, --remove WORD, --set FIELD=VALUE, "
        "--hits TEXT or --passes TEXT");
  }
  return context.Say("没有要做的修改：请给出 --add 词 或 --remove 词",
                     "nothing to do: give --add WORD or --remove WORD");
}

// Shows the lists of a pack and how much is in each.
absl::StatusOr<int> ShowLists(const Context& context, const EditFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const rules::PackFiles files,
                          ReadFolder(flags.folder, flags.encoding));
  rules::Faults ignored;
  const rules::Pack pack = rules::ReadPack(files, ignored);
  tools::Table table(
      {{context.Say("名单", "list")},
       {context.Say("内容", "of")},
       {context.Say("数量", "entries"), tools::Align::kRight},
       {context.Say("文件", "file"), tools::Align::kLeft, true}});
  const auto add = [&](const auto& list, const std::string& of,
                       const auto& contents) {
    const auto found = contents.find(list.id());
    table.AddRow(
        {list.id(), of,
         found == contents.end() ? "-" : tools::Grouped(found->second.size()),
         list.file()});
  };
  for (const rules::v1::WordList& one : pack.rules.word_lists()) {
    add(one, context.Say("词", "words"), pack.lists);
  }
  for (const rules::v1::DomainList& one : pack.rules.domain_lists()) {
    add(one, context.Say("域名", "domains"), pack.domain_lists);
  }
  for (const rules::v1::WeightTable& one : pack.rules.weight_tables()) {
    add(one, context.Say("权重", "weights"), pack.weight_tables);
  }
  context.out << table.Text(context.width);
  return 0;
}

absl::StatusOr<int> Edit(const Context& context, const EditFlags& flags) {
  if (flags.lists) return ShowLists(context, flags);
  const std::string misuse = Misuse(context, flags);
  if (!misuse.empty()) return Misused(context, misuse);
  const std::string folder(absl::StripSuffix(flags.folder, "/"));
  SLUICE_ASSIGN_OR_RETURN(rules::PackFiles files,
                          ReadFolder(folder, flags.encoding));
  SLUICE_ASSIGN_OR_RETURN(const EditedFile edited,
                          FileOf(folder, files, flags));
  const std::string& name = edited.name;
  const std::string path = absl::StrCat(folder, "/", name);
  const std::string* content = Find(files, name);
  if (content == nullptr) {
    return WithChinese(
        absl::NotFoundError(absl::StrCat(
            path,
            ": no such file; create it, or remove the list from rules.yaml")),
        absl::StrCat(path,
                     "：没有这个文件；请创建它，或从 rules.yaml 删除该词表"));
  }
  const std::string before = *content;
  FileAdded added;
  SLUICE_ASSIGN_OR_RETURN(
      const std::string after,
      Edited(context, edited.kind, path, before, flags, added));
  for (admin::v1::PackFile& file : files) {
    if (file.name() == name) file.set_content(after);
  }
  const absl::Status valid = CompileFiles(files, folder).status();
  if (!valid.ok()) return Refused(folder, valid);
  SLUICE_ASSIGN_OR_RETURN(
      const PackWarnings warnings,
      WarningsOf(context, files, folder, AskRegistry::kNo, nullptr));
  if (!flags.dry_run) SLUICE_RETURN_IF_ERROR(Replace(path, after));
  Print(context, flags, path, before, after, added,
        OfFile(path, LinesOf(context, warnings)));
  return 0;
}

void AddRuleFlags(tools::CommandLine& command, RuleEdit& rules) {
  command.Add(
      "--rule", rules.rule,
      {"要修改的规则或阈值的编号", "A rule or threshold to change, by id"});
  command.Add("--new-rule", rules.new_rule,
              {"要新建的规则的编号。除非 --set 另有规定，它把短信转人工审核（"
               "CONTENT_UNWANTED）",
               "Id of a rule to make. It holds messages for a person "
               "(CONTENT_UNWANTED), if --set does not say otherwise"});
  command.Add("--remove-rule", rules.remove_rule,
              {"要删除的规则的编号", "Id of a rule to remove"});
  command.Add("--allow-phrases", rules.allow_phrases,
              {"这些词是所有规则都放过的语句；加上 --rule 则只是该规则放过的"
               "语句",
               "The words are phrases that all rules let pass; with --rule, "
               "that the rule lets pass"});
  command.Add(
      "--strict-words", rules.strict_words,
      {"这些词只按原样命中，同音的不命中",
       "The words hit only as they are written, not what sounds alike"});
  command
      .Add("--set", rules.set,
           {"规则的一个值，如 mode=observe、score=40 或 action=reject；"
            "字段= 删除该值；可重复",
            "A value of the rule, such as mode=observe, score=40 or "
            "action=reject; FIELD= removes it; may be repeated"})
      .OneValueEach()
      .TypeName("FIELD=VALUE");
  command
      .Add("--hits", rules.hits,
           {"规则应命中的示例；可重复",
            "An example that the rule must hit; may be repeated"})
      .OneValueEach()
      .TypeName("TEXT");
  command
      .Add("--passes", rules.passes,
           {"规则应放过的示例；可重复",
            "An example that the rule must let pass; may be repeated"})
      .OneValueEach()
      .TypeName("TEXT");
}

}  // namespace

void AddRulesEdit(tools::CommandLine& group, Context& context) {
  AddCommand<EditFlags>(
      group, context, "edit",
      {"在词表中添加和删除词，在域名列表中添加和删除域名，在 rules.yaml 中添"
       "加和删除语句和词；修改、新建和删除规则。保留注释和顺序，并显示改动的"
       "行。词已经存在，或改动会使规则包不合格时，什么也不改。",
       "Adds words to a word list, domains to a domain list, or phrases and "
       "words to rules.yaml, and removes them; changes, makes and removes "
       "rules. Keeps comments and order, and shows the changed lines. "
       "Changes nothing when a word is already there or the edit makes the "
       "pack faulty."},
      "sluicectl rules edit ./my-pack --list loans --add 秒批 --remove 贷款\n"
      "  sluicectl rules edit ./my-pack --allow-phrases --add 电子发票\n"
      "  sluicectl rules edit ./my-pack --rule loans-score --set score=90\n"
      "  sluicectl rules edit ./my-pack --new-rule tea-club --set "
      "category=adult --add 品茶会所 --hits 新开品茶会所 --passes 茶会改期",
      [](tools::CommandLine& command, EditFlags& flags) {
        command.Add("FOLDER", flags.folder, {"规则包", "The pack"}).Required();
        command.Add("--list", flags.list,
                    {"列表的编号，与 rules.yaml 中的相同",
                     "The list's id, as rules.yaml names it"});
        command
            .Add("--add", flags.rules.words.add,
                 {"要添加的词、语句或域名；可重复",
                  "A word, phrase or domain to add; may be repeated"})
            .OneValueEach()
            .TypeName("WORD");
        command
            .Add("--remove", flags.rules.words.remove,
                 {"要删除的词、语句或域名；可重复",
                  "A word, phrase or domain to remove; may be repeated"})
            .OneValueEach()
            .TypeName("WORD");
        command
            .Add(
                "--add-file", flags.add_file,
                {"把这个文件中的词或域名全部添加到名单：每行一个词，或 CSV 表格"
                 "（word、category 列）；每行一个域名，或 hosts 文件。已有的略"
                 "过；- 表示标准输入",
                 "Add all words or domains of this file to the list: a word a "
                 "line, or a CSV table (word, category); a domain a line, or "
                 "a hosts file. Those that are there already are skipped; - "
                 "reads standard input"})
            .TypeName("FILE");
        command.Add("--category", flags.rules.words.category,
                    {"添加到表格（.csv）中的词的类别",
                     "Category of the words that are added to a table (.csv)"});
        AddRuleFlags(command, flags.rules);
        AddPackEncoding(command, flags.encoding);
        command.Add("--lists", flags.lists,
                    {"列出规则包的词表、域名表和权重表，不作修改",
                     "List the pack's lists and tables, and change nothing"});
        command.Add("--dry-run", flags.dry_run,
                    {"只校验和显示，不写入文件",
                     "Validate and show, but write nothing"});
      },
      Edit);
}

}  // namespace sluice::ctl
