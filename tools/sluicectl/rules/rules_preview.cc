// sluicectl rules preview: applies rules to the messages of the journal or to
// the texts of a file, before they are published.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "filter/content_comparison.h"
#include "rules/base/encoding.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "tools/lib/bar.h"
#include "tools/lib/encoded_input.h"
#include "tools/lib/progress.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/input_file.h"
#include "tools/sluicectl/rules/journal_preview.h"
#include "tools/sluicectl/rules/pack_source.h"
#include "tools/sluicectl/rules/preview_report.h"
#include "tools/sluicectl/rules/rules_commands.h"
#include "tools/sluicectl/text_file.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

struct PreviewFlags {
  std::string pack;
  std::string against = kInForce;
  std::string file;
  std::string encoding;
  std::string message_class = "commercial";
  std::string from = "7d";
  std::string until;
  uint32_t samples = 3;
};

void Print(const Context& context, const std::string& before,
           const std::string& after, const admin::v1::PreviewResult& result,
           absl::Duration taken) {
  if (context.json) return PrintJson(context.out, result);
  PrintPreview(context, before, after, result, absl::ToDoubleSeconds(taken));
}

// Compares on the texts of a file, in this process.
absl::StatusOr<int> PreviewFile(const Context& context,
                                const PreviewFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const v1::MessageClass message_class,
                          ReadClass(flags.message_class));
  InputFile file(context.in);
  SLUICE_RETURN_IF_ERROR(file.Open(flags.file, flags.encoding));
  SLUICE_ASSIGN_OR_RETURN(const CompiledPack after,
                          CompileNamedPack(context, flags.pack));
  SLUICE_ASSIGN_OR_RETURN(const CompiledPack before,
                          CompileNamedPack(context, flags.against));
  filter::ContentComparison comparison({before.rules, before.policy},
                                       {after.rules, after.policy},
                                       flags.samples);
  tools::Progress progress(context.err, context.progress && !context.json,
                           "KiB", 0);
  TextReader reader(file.stream(), flags.file);
  const absl::Time begin = absl::Now();
  uint64_t bad = 0;
  while (const auto text = reader.Next()) {
    std::string fault = reader.fault().in(context.language);
    if (fault.empty() &&
        !comparison.Add(*text, static_cast<MessageClass>(message_class), {},
                        absl::ToUnixMillis(begin))) {
      fault = rules::NotUtf8(*text, context.language);
    }
    if (!fault.empty()) {
      ++bad;
      context.err << flags.file << ":" << reader.line() << ": " << fault
                  << context.Say("；已略过\n", "; skipped\n");
    }
    file.Show(progress);
  }
  Print(context, before.name, after.name, comparison.Result(),
        absl::Now() - begin);
  return bad > 0 ? 1 : 0;
}

absl::StatusOr<admin::v1::PreviewVersionRequest> RequestOf(
    const Context& context, const PreviewFlags& flags, uint32_t number,
    uint32_t against) {
  admin::v1::PreviewVersionRequest request;
  request.set_number(number);
  request.set_against(against);
  request.set_samples(flags.samples);
  TimeFlags times(context);
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_start_time(),
                          times.Past("--from", flags.from));
  if (flags.until.empty()) return request;
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_end_time(),
                          times.Past("--until", flags.until));
  return request;
}

std::string NameOfSource(const Context& context, const std::string& source) {
  return VersionOf(source).value_or(0) == 0
             ? context.Say("生效的版本", "the version in force")
             : context.Say("版本 $0", "version $0", source);
}

// Compares on the messages of the journal, in the server.
absl::StatusOr<int> PreviewVersions(const Context& context,
                                    const PreviewFlags& flags, uint32_t number,
                                    uint32_t against) {
  SLUICE_ASSIGN_OR_RETURN(const admin::v1::PreviewVersionRequest request,
                          RequestOf(context, flags, number, against));
  const absl::Time begin = absl::Now();
  SLUICE_ASSIGN_OR_RETURN(const admin::v1::PreviewResult result,
                          PreviewJournal(context, request));
  Print(context, NameOfSource(context, flags.against),
        NameOfSource(context, flags.pack), result, absl::Now() - begin);
  return 0;
}

absl::StatusOr<int> Preview(const Context& context, const PreviewFlags& flags) {
  if (!flags.file.empty()) return PreviewFile(context, flags);
  const auto number = VersionOf(flags.pack);
  const auto against = VersionOf(flags.against);
  if (!number || !against) {
    return Misused(
        context,
        context.Say(
            "$0 是文件夹，而只有服务器能与日志比较。请用 --file 给出短信"
            "样本，或先导入该文件夹：草稿有版本号，且不会生效",
            "$0 is a folder, but only the server can compare with the "
            "journal. Give messages with --file, or import the folder "
            "first: a draft has a number and is not in force",
            number ? flags.against : flags.pack));
  }
  return PreviewVersions(context, flags, *number, *against);
}

void AddFlags(tools::CommandLine& command, PreviewFlags& flags) {
  command
      .Add("PACK", flags.pack,
           {"版本编号；用 --file 时可为规则包的文件夹",
            "A version's number or, with --file, a pack's folder"})
      .Required();
  command
      .Add("--against", flags.against,
           {"与哪个版本比较：编号或 in-force；用 --file 时可为文件夹",
            "The version to compare with: a number, in-force or, with --file, "
            "a folder"})
      .ShowDefault();
  const tools::Flag file =
      command
          .Add("--file", flags.file,
               {"用这个文件中的短信代替日志中的短信：每行为“标签<TAB>短信内"
                "容”，或只有短信内容；或 CSV 表格，短信取自“内容”（text）列；- "
                "表示标准输入",
                "Texts of this file instead of the journal's messages: lines "
                "label<TAB>text, or a text a line, or a CSV table whose column "
                "text has them; - reads standard input"})
          .TypeName("FILE");
  tools::AddEncoding(command, flags.encoding).Needs(file);
  command
      .Add("--class", flags.message_class,
           Both{absl::StrCat("文件中短信的类别：", kClassHelp.chinese),
                absl::StrCat("Of the file's texts: ", kClassHelp.english)})
      .Needs(file)
      .ShowDefault();
  command
      .Add("--from", flags.from,
           {"日志中从这一时间起的短信：时间，或多久以前，如 7d",
            "The journal's messages from this time on: a time, or how long "
            "ago, such as 7d"})
      .Excludes(file)
      .ShowDefault();
  command
      .Add("--until", flags.until,
           {"到这一时间为止。默认为现在", "Up to this time. Default: now"})
      .Excludes(file);
  command
      .Add("--samples", flags.samples,
           {"每条规则显示几条短信，号码隐去",
            "Texts to show for each rule, with numbers masked"})
      .Between(0, 20)
      .ShowDefault();
}

}  // namespace

void AddRulesPreview(tools::CommandLine& group, Context& context) {
  AddCommand<PreviewFlags>(
      group, context, "preview",
      {"显示日志或文件中的哪些短信，按另一版本的规则判定会不同。只比较内容规"
       "则；不作任何改动。",
       "Shows which messages, of the journal or of a file, another version "
       "of the rules would decide differently. Compares content rules only; "
       "changes nothing."},
      "sluicectl rules preview 4 --from 24h\n"
      "  sluicectl rules preview ./my-pack --file messages.tsv",
      AddFlags, Preview);
}

}  // namespace sluice::ctl
