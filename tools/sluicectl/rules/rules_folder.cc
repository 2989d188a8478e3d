// The folder of a pack: init makes it, validate reports its faults, test
// applies it to texts. Only init of a version and validate --registry call the
// server.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/shell_word.h"
#include "rules/base/status_macros.h"
#include "rules/match/match_tree.h"
#include "rules/pack/pack_files.h"
#include "rules/pack/shipped_packs.h"
#include "tools/evaluate_run/judge.h"
#include "tools/evaluate_run/labelled_text.h"
#include "tools/evaluate_run/tally.h"
#include "tools/lib/bar.h"
#include "tools/lib/encoded_input.h"
#include "tools/lib/json_line.h"
#include "tools/lib/progress.h"
#include "tools/lib/table.h"
#include "tools/lib/wrap.h"
#include "tools/sluicectl/prose.h"
#include "tools/sluicectl/rules/pack_base.h"
#include "tools/sluicectl/rules/pack_source.h"
#include "tools/sluicectl/rules/pack_warnings.h"
#include "tools/sluicectl/rules/rules_commands.h"

namespace sluice::ctl {
namespace {

namespace fs = std::filesystem;

struct FolderFlags {
  std::string folder;
  std::string from;
  std::vector<std::string> files;
  std::string message_class = "commercial";
  std::string encoding;
  bool registry = false;
  bool all = false;
};

absl::StatusOr<NamedPack> FirstFiles(const Context& context,
                                     const std::string& from) {
  if (from.empty()) return ReadNamedPack(context, kInForce);
  if (VersionOf(from)) return ReadNamedPack(context, from);
  const std::string folder = rules::PackFolder(from);
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    const std::vector<std::string> shipped = rules::ShippedPacks();
    const std::string all = absl::StrJoin(shipped, ", ");
    const Both comes = shipped.empty() ? Both()
                                       : SayBoth("。Sluice 自带 $0",
                                                 ". Sluice comes with $0", all);
    return ErrorOf(
        absl::StatusCode::kNotFound,
        SayBoth(
            "--from $0：没有文件夹 $1$2；也可以给出版本号",
            "--from $0: no such folder: $1$3; or name a version by its number",
            from, folder, comes.chinese, comes.english));
  }
  NamedPack pack;
  pack.name = from;
  SLUICE_ASSIGN_OR_RETURN(pack.files, rules::ReadPackFiles(folder));
  return pack;
}

absl::StatusOr<int> Init(const Context& context, const FolderFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const NamedPack pack,
                          FirstFiles(context, flags.from));
  SLUICE_RETURN_IF_ERROR(WritePack(pack.files, flags.folder));
  if (pack.version.number() != 0) {
    NoteBase(context, flags.folder, pack.version);
  }
  if (context.json) {
    context.out << tools::JsonLine()
                       .Text("folder", flags.folder)
                       .Text("from", pack.name)
                       .Count("files", pack.files.size())
                       .End()
                << "\n";
    return 0;
  }
  const std::string& folder = flags.folder;
  PrintProse(
      context,
      context.Say("$0 中是 $2 的 $1 个文件。各文件的用途见 $0/README.md"
                  "（如果有）。",
                  "$0 holds the $1 files of $2. For the purpose of each file "
                  "see $0/README.md, if the pack has one.",
                  folder, tools::Grouped(pack.files.size()),
                  pack.NameIn(context.language)),
      folder, context.style.Bold(folder));
  context.out << context.Say(
      "下一步：\n"
      "  修改  sluicectl rules edit $0 --list 列表 --add 词，或用任意编辑器\n"
      "  校验  sluicectl rules validate $0\n"
      "  预览  sluicectl rules preview $0 --file messages.tsv\n"
      "  导入  sluicectl rules import $0 --reason 原因\n",
      "Next:\n"
      "  edit      sluicectl rules edit $0 --list LIST --add WORD, or any "
      "editor\n"
      "  validate  sluicectl rules validate $0\n"
      "  preview   sluicectl rules preview $0 --file messages.tsv\n"
      "  import    sluicectl rules import $0 --reason WHY\n",
      ShellWord(folder));
  return 0;
}

struct Contents {
  uint64_t off = 0;
  uint64_t observed = 0;  // Or enforced for a sample.
  uint64_t words = 0;
  uint64_t patterns = 0;
  uint64_t must_hit = 0;
  uint64_t must_pass = 0;
};

Contents Count(const rules::RuleSet& rules) {
  Contents contents;
  contents.words = rules.list_words();
  for (const rules::v1::ContentRule& rule : rules.rules()) {
    contents.off += rule.mode() == rules::v1::CHECK_MODE_OFF;
    contents.observed += rule.mode() == rules::v1::CHECK_MODE_OBSERVE ||
                         rule.mode() == rules::v1::CHECK_MODE_SAMPLE;
    contents.must_hit += static_cast<uint64_t>(rule.examples().must_hit_size());
    contents.must_pass +=
        static_cast<uint64_t>(rule.examples().must_pass_size());
    rules::ForEachSet(
        rule, "", [&](const rules::PatternSet& set, const std::string&) {
          contents.words += static_cast<uint64_t>(set.words->size());
          contents.patterns += static_cast<uint64_t>(set.regexes->size());
        });
  }
  return contents;
}

void PrintContents(const Context& context, const rules::RuleSet& rules,
                   const Contents& contents) {
  tools::Table table({{context.Say("内容", "what")},
                      {context.Say("数量", "count"), tools::Align::kRight},
                      {context.Say("说明", "note")}});
  const auto row = [&](const std::string& what, uint64_t count,
                       const std::string& note) {
    table.AddRow({what, tools::Grouped(count), note});
  };
  const std::string in_lists = context.Say("在域名表中", "in lists");
  row(context.Say("规则", "rules"), rules.rules().size(),
      context.Say("停用 $0，仅观察或抽样执行 $1",
                  "$0 off, $1 observed or sampled", contents.off,
                  contents.observed));
  row(context.Say("阈值", "thresholds"), rules.thresholds().size(), "");
  row(context.Say("词", "words"), contents.words,
      context.Say("在词表和规则中", "in lists and rules"));
  row(context.Say("正则表达式", "patterns"), contents.patterns,
      context.Say("在规则中", "regexes"));
  row(context.Say("域名", "domains"), rules.list_domains(), in_lists);
  row(context.Say("示例", "examples"), contents.must_hit + contents.must_pass,
      context.Say("应命中的 $0 条均命中，应放行的 $1 条均放行",
                  "$0 hit and $1 pass, as they must", contents.must_hit,
                  contents.must_pass));
  context.out << table.Text(context.width);
}

void PrintGood(const Context& context, const CompiledPack& pack,
               const PackWarnings& warnings, ShowWeaker show) {
  const rules::RuleSet& rules = *pack.rules;
  const Contents contents = Count(rules);
  if (context.json) {
    tools::JsonLine json;
    json.Flag("good", true)
        .Text("rule_set", rules.id())
        .Text("pack", rules.header().name())
        .Text("version", rules.header().version())
        .Count("rules", rules.rules().size())
        .Count("rules_off", contents.off)
        .Count("rules_observed", contents.observed)
        .Count("thresholds", rules.thresholds().size())
        .Count("words", contents.words)
        .Count("patterns", contents.patterns)
        .Count("domains", rules.list_domains())
        .Count("examples", contents.must_hit + contents.must_pass)
        .Number("seconds", pack.seconds, 3);
    context.out << AddWarnings(LinesOf(context, warnings), json).End() << "\n";
    return;
  }
  context.out << context.Say(
      "$0：$1 $2，规则集 $3，读取和编译用时 $4\n\n",
      "$0: $1 $2, rule set $3, read and compiled in $4\n\n",
      context.style.Good(context.Say("合格", "Good")), rules.header().name(),
      rules.header().version(), context.style.Bold(std::string(rules.id())),
      tools::DurationText(pack.seconds));
  PrintContents(context, rules, contents);
  PrintWarnings(context, LinesOf(context, warnings), show);
  if (warnings.empty()) return;
  context.out << context.Say(
      "$0 条警告：服务器接受这个规则包；请确认是否符合本意。\n",
      "$0 $1: the server takes the pack; look whether it means what you "
      "mean.\n",
      tools::Grouped(warnings.size()),
      warnings.size() == 1 ? "warning" : "warnings");
}

void PrintFaults(const Context& context, const absl::Status& status,
                 const PackWarnings& warnings, ShowWeaker show) {
  const std::vector<std::string> lines =
      absl::StrSplit(status.message(), '\n', absl::SkipEmpty());
  // The last line may be "and 12 more".
  uint64_t more = 0;
  const bool cut = absl::SimpleAtoi(
      absl::StripSuffix(absl::StripPrefix(lines.back(), "and "), " more"),
      &more);
  const uint64_t count = lines.size() - cut + more;
  if (context.json) {
    std::vector<tools::JsonLine> faults;
    for (size_t i = 0; i < lines.size() - cut; ++i) {
      faults.push_back(PlacedJson(lines[i]));
    }
    tools::JsonLine json;
    json.Flag("good", false).Count("count", count).Objects("faults", faults);
    context.out << AddWarnings(LinesOf(context, warnings), json).End() << "\n";
    return;
  }
  const std::string chinese = ChineseOf(status);
  context.out << tools::WrapLines(
                     context.language == Language::kChinese && !chinese.empty()
                         ? chinese
                         : absl::StrJoin(lines, "\n"),
                     context.width, /*indent=*/2)
              << "\n";
  PrintWarnings(context, LinesOf(context, warnings), show);
  context.out << context.style.Bad(context.Say("$0 处错误", "$0 $1",
                                               tools::Grouped(count),
                                               count == 1 ? "fault" : "faults"))
              << context.Say(
                     "。请改正后重新校验；服务器会拒绝这个规则包。\n",
                     ". Correct $0 and validate again; the server would reject "
                     "this pack.\n",
                     count == 1 ? "it" : "them");
}

absl::StatusOr<int> Validate(const Context& context, const FolderFlags& flags) {
  const absl::StatusOr<rules::PackFiles> files =
      ReadFolder(flags.folder, flags.encoding);
  if (!flags.encoding.empty()) SLUICE_RETURN_IF_ERROR(files.status());
  const absl::StatusOr<CompiledPack> pack =
      flags.encoding.empty() ? CompileFolder(flags.folder)
                             : CompileFiles(*files, flags.folder);
  PackWarnings warnings;
  if (files.ok()) {
    SLUICE_ASSIGN_OR_RETURN(
        warnings,
        WarningsOf(context, *files, flags.folder,
                   flags.registry ? AskRegistry::kYes : AskRegistry::kNo,
                   pack.ok() ? pack->rules.get() : nullptr,
                   pack.ok() ? PackHas::kNoFaults : PackHas::kFaults));
  }
  const ShowWeaker show = flags.all ? ShowWeaker::kAll : ShowWeaker::kFirst;
  if (pack.ok()) {
    SLUICE_RETURN_IF_ERROR(files.status());
    PrintGood(context, *pack, warnings, show);
    return 0;
  }
  if (pack.status().code() != absl::StatusCode::kInvalidArgument) {
    return pack.status();
  }
  PrintFaults(context, pack.status(), warnings, show);
  return 1;
}

using Tallies = std::map<std::string, evaluate::Tally>;  // By label.

absl::Status JudgeFile(const Context& context, const std::string& file,
                       const std::string& encoding, evaluate::Judge& judge,
                       Tallies& tallies) {
  SLUICE_ASSIGN_OR_RETURN(
      const std::vector<evaluate::LabelledText> texts,
      evaluate::ReadLabelledTexts(file, evaluate::Part::kAll, encoding));
  tools::Progress progress(context.err, context.progress && !context.json,
                           fs::path(file).filename().string(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    tallies[texts[i].label].Add(judge.Of(texts[i].text));
    progress.Set(i + 1);
  }
  return absl::OkStatus();
}

void AddTally(const std::string& file, const std::string& label,
              const evaluate::Tally& tally, tools::Table& table) {
  using evaluate::Outcome;
  const double stopped =
      tally.Share(Outcome::kRejected) + tally.Share(Outcome::kHeld);
  table.AddRow({file, label, tools::Grouped(tally.total()),
                tools::Grouped(tally.of(Outcome::kRejected)),
                tools::Grouped(tally.of(Outcome::kHeld)),
                tools::Grouped(tally.of(Outcome::kPassed)),
                evaluate::Percent(stopped), tools::Bar(stopped, 1, 10)});
}

std::string TallyJson(const std::string& file, const std::string& label,
                      const evaluate::Tally& tally) {
  using evaluate::Outcome;
  return tools::JsonLine()
      .Text("file", file)
      .Text("label", label)
      .Count("texts", tally.total())
      .Count("rejected", tally.of(Outcome::kRejected))
      .Count("held", tally.of(Outcome::kHeld))
      .Count("passed", tally.of(Outcome::kPassed))
      .End();
}

void PrintExamples(const Context& context, const rules::RuleSet& rules) {
  const Contents contents = Count(rules);
  if (context.json) {
    context.out << tools::JsonLine()
                       .Text("rule_set", rules.id())
                       .Count("must_hit", contents.must_hit)
                       .Count("must_pass", contents.must_pass)
                       .End()
                << "\n";
    return;
  }
  context.out << context.Say(
      "规则集 $0：应命中的 $1 条示例均命中，应放行的 $2 条均放行。\n",
      "Rule set $0: all $1 texts that must be hit are, and all $2 that must "
      "pass do.\n",
      context.style.Bold(std::string(rules.id())),
      tools::Grouped(contents.must_hit), tools::Grouped(contents.must_pass));
}

absl::StatusOr<int> Test(const Context& context, const FolderFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const v1::MessageClass message_class,
                          ReadClass(flags.message_class));
  SLUICE_ASSIGN_OR_RETURN(const auto judge,
                          evaluate::Judge::Load(flags.folder, message_class));
  PrintExamples(context, judge->rule_set());
  tools::Table table({{context.Say("文件", "file"), tools::Align::kLeft, true},
                      {context.Say("标签", "label")},
                      {context.Say("短信数", "texts"), tools::Align::kRight},
                      {context.Say("拒绝", "rejected"), tools::Align::kRight},
                      {context.Say("待审", "held"), tools::Align::kRight},
                      {context.Say("放行", "passed"), tools::Align::kRight},
                      {context.Say("拦下", "stopped"), tools::Align::kRight},
                      {context.Say("占比", "of all")}});
  for (const std::string& file : flags.files) {
    Tallies tallies;
    SLUICE_RETURN_IF_ERROR(
        JudgeFile(context, file, flags.encoding, *judge, tallies));
    const std::string name = fs::path(file).filename().string();
    for (const auto& [label, tally] : tallies) {
      if (context.json) context.out << TallyJson(name, label, tally) << "\n";
      AddTally(name, label, tally, table);
    }
  }
  if (!context.json && !table.empty()) {
    context.out << "\n" << table.Text(context.width);
  }
  return 0;
}

void AddFolder(tools::CommandLine& command, FolderFlags& flags) {
  command.Add("FOLDER", flags.folder, {"规则包", "The pack"}).Required();
}

}  // namespace

void AddRulesFolder(tools::CommandLine& group, Context& context) {
  AddCommand<FolderFlags>(
      group, context, "init",
      {"用生效版本的文件新建一个供编辑的文件夹，并提示后续步骤。",
       "Creates a folder to edit with the files of the version in force, and "
       "shows the next steps."},
      "sluicectl rules init ./my-pack\n"
      "  sluicectl rules init ./my-pack --from cn-2015",
      [](tools::CommandLine& command, FolderFlags& flags) {
        command.Add("FOLDER", flags.folder, {"新文件夹", "The new folder"})
            .Required();
        command.Add(
            "--from", flags.from,
            {"版本编号，或 Sluice 自带的规则包的名称（不需要服务器）",
             "A version's number, or the name of a pack that comes with "
             "Sluice (needs no server)"});
      },
      Init);
  AddCommand<FolderFlags>(
      group, context, "validate",
      {"像服务器那样读取、检查和编译规则包，并试验其示例。列出每一处问题的文"
       "件、行和列，对可疑之处给出警告，再列出比随附的规则包宽松之处（--json "
       "中为 weaker）。有问题时退出码为 1；警告不是问题。",
       "Reads, checks and compiles a pack and tries its examples, as the "
       "server would. Lists every fault with file, line and column, and "
       "warns of what is odd. Exits 1 when there is a fault."},
      "sluicectl rules validate ./my-pack",
      [](tools::CommandLine& command, FolderFlags& flags) {
        AddFolder(command, flags);
        command.Add("--registry", flags.registry,
                    {"同时向服务器核对范围中的内容提供者、账号、端口号和签名",
                     "Also ask the server for the content providers, "
                     "accounts, ports and signatures that scopes name"});
        command.Add("--all", flags.all,
                    {"列出比随附的规则包宽松的每一处，不只前几处",
                     "List all that the pack gives up of the shipped one, and "
                     "not only the first"});
        AddPackEncoding(command, flags.encoding);
      },
      Validate);
  AddCommand<FolderFlags>(
      group, context, "test",
      {"试验规则包的示例，并统计各标签的短信中有多少被拒绝、待审和放行。"
       "tools/evaluate 的报告更详细。",
       "Tries a pack's examples, and counts how many texts of each label it "
       "rejects, holds and passes. tools/evaluate reports more."},
      "sluicectl rules test ./my-pack spam.tsv ham.tsv --class notice",
      [](tools::CommandLine& command, FolderFlags& flags) {
        AddFolder(command, flags);
        command.Add("FILE", flags.files,
                    {"文件，每行为“标签<TAB>短信内容”",
                     "Files of lines label<TAB>text"});
        command.Add("--class", flags.message_class, kClassHelp).ShowDefault();
        tools::AddEncoding(command, flags.encoding);
      },
      Test);
}

}  // namespace sluice::ctl
