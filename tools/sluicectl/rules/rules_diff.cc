// sluicectl rules diff: the difference between two packs, by line, and by rule
// and word.

#include <string>
#include <vector>

#include "rules/base/status_macros.h"
#include "tools/lib/json_line.h"
#include "tools/sluicectl/rules/change_summary.h"
#include "tools/sluicectl/rules/pack_changes.h"
#include "tools/sluicectl/rules/pack_source.h"
#include "tools/sluicectl/rules/rules_commands.h"

namespace sluice::ctl {
namespace {

struct DiffFlags {
  std::vector<std::string> packs;
  bool brief = false;
};

absl::StatusOr<int> Diff(const Context& context, const DiffFlags& flags) {
  const bool against_in_force = flags.packs.size() == 1;
  SLUICE_ASSIGN_OR_RETURN(
      const NamedPack before,
      ReadNamedPack(context, against_in_force ? kInForce : flags.packs[0]));
  SLUICE_ASSIGN_OR_RETURN(const NamedPack after,
                          ReadNamedPack(context, flags.packs.back()));
  const std::vector<FileChange> files = CompareFiles(before.files, after.files);
  const PackChanges changes = ComparePacks(before.files, after.files);
  if (context.json) {
    context.out << tools::JsonLine()
                       .Text("before", before.name)
                       .Text("after", after.name)
                       .Object("changes", SummaryJson(files, changes))
                       .End()
                << "\n";
    return 0;
  }
  if (!flags.brief) {
    for (const FileChange& file : files) {
      PrintFile(context, file, before.NameIn(context.language),
                after.NameIn(context.language));
    }
  }
  context.out << context.Say(
      "从 $0 到 $1：\n", "From $0 to $1:\n",
      context.style.Bold(before.NameIn(context.language)),
      context.style.Bold(after.NameIn(context.language)));
  PrintSummary(context, files, changes);
  return 0;
}

}  // namespace

void AddRulesDiff(tools::CommandLine& group, Context& context) {
  AddCommand<DiffFlags>(
      group, context, "diff",
      {"显示从“旧”到“新”的差异：先是各文件的行，再是规则和词。“旧”和“新”可"
       "以是版本编号、规则包的文件夹或 in-force。不给“旧”则从生效的版本比"
       "起。",
       "Shows the differences from OLD to NEW: the lines of every file, then "
       "rules and words. OLD and NEW are a version's number, a pack's folder "
       "or in-force. Without OLD: from the version in force."},
      "sluicectl rules diff ./my-pack\n"
      "  sluicectl rules diff 3 4 --brief",
      [](tools::CommandLine& command, DiffFlags& flags) {
        command
            .Add("PACK", flags.packs,
                 {"[旧] 新：编号、文件夹或 in-force",
                  "[OLD] NEW: a number, a folder or in-force"})
            .Required()
            .Values(1, 2);
        command.Add("--brief", flags.brief,
                    {"不显示改动的行", "Without the changed lines"});
      },
      Diff);
}

}  // namespace sluice::ctl
