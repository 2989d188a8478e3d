// sluicectl store accept-loss: lets a store start again that has lost records
// at the end of a journal.

#include <string>

#include "absl/strings/string_view.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "store/accept_loss.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/damage_words.h"

namespace sluice::ctl {
namespace {

struct LossFlags {
  std::string path;
  std::string journal;
  std::string reason;
  bool yes = false;
};

std::string NewestLeft(const store::AcceptedLoss& loss) {
  if (loss.newest_ms == 0) return "";
  google::protobuf::Timestamp time;
  time.set_seconds(loss.newest_ms / 1000);
  return tools::TimeText(time);
}

// What a person accepts.
Words Consequence(absl::string_view journal, const store::AcceptedLoss& loss) {
  if (!loss.missing.empty()) {
    return {
        "视图保存着这些段的结果：退订、频次和等待中的短信不受影响。段内短信的内"
        "容和判定无法再查，`sluicectl store check` 会一直把它们列为损坏。",
        "The views hold what came of these segments: opt-outs, limits and "
        "messages under way are as they were. Texts and verdicts in them can "
        "no longer be looked up, and `sluicectl store check` goes on to name "
        "them as damage."};
  }
  if (journal == store::kMarksAsJournal) {
    return {
        "日志没有丢失内容；但在写入下一条记录之前，启动时无法看出日志末尾是否"
        "缺失。",
        "Nothing of the journals is lost, but until their next records a "
        "start cannot see whether their ends are missing."};
  }
  if (journal == "control") {
    return {
        "在留下的最新记录之后登记的主体、密钥、规则版本和豁免已丢失。如果没有"
        "留下密钥，下次启动会创建一把管理员密钥。",
        "Parties, keys, rule versions and exemptions that were recorded "
        "after the newest record left are lost. Without a key left, the "
        "next start makes an admin key."};
  }
  return {
      "在留下的最新记录之后记录的判定、退订和上行回复已丢失：发送之前请从别处"
      "取得退订。等待中的短信可能已经发送；下次启动把它们记为结果不明，不再发"
      "送。",
      "Verdicts, opt-outs and replies that were recorded after the newest "
      "record left are lost: get opt-outs from elsewhere before you send. "
      "Messages that wait may have been sent already; the next start ends "
      "them as UNKNOWN and never sends them."};
}

void Print(const Context& context, const LossFlags& flags,
           const store::AcceptedLoss& loss) {
  const std::string durable =
      loss.durable ? store::ToString(*loss.durable) : "";
  if (context.json) {
    std::vector<tools::JsonLine> missing;
    for (const store::SegmentRange& range : loss.missing) {
      missing.push_back(tools::JsonLine()
                            .Count("first_segment", range.first)
                            .Count("last_segment", range.end - 1));
    }
    context.out << tools::JsonLine()
                       .Text("journal", flags.journal)
                       .Text("what", loss.what)
                       .Objects("missing", missing)
                       .Text("end", store::ToString(loss.end))
                       .Text("durable", durable)
                       .Text("newest_left", NewestLeft(loss))
                       .Count("octets_aside", loss.octets_aside)
                       .Text("aside", loss.aside)
                       .Flag("accepted", flags.yes)
                       .End()
                << "\n";
    return;
  }
  const std::string aside =
      loss.aside.empty()
          ? ""
          : context.Say("，保存在 $0", ", kept in $0", loss.aside);
  context.out << DamageWords(context.language, loss.what) << "\n\n";
  if (loss.missing.empty()) {
    context.out << context.Say(
        "日志      $0\n结束于    $1\n曾经落盘  $2\n最新记录  "
        "$3\n损坏字节  $4$5\n\n",
        "journal       $0\nends at       $1\nwas durable   "
        "$2\nnewest left   $3\nbroken bytes  $4$5\n\n",
        flags.journal, DamageWords(context.language, store::ToString(loss.end)),
        durable.empty() ? context.Say("不知道", "not known")
                        : context.Say("至 $0", "up to $0",
                                      DamageWords(context.language, durable)),
        loss.newest_ms == 0 ? context.Say("没有记录", "no record")
                            : NewestLeft(loss),
        tools::Grouped(loss.octets_aside), aside);
  }
  context.out
      << Consequence(flags.journal, loss).in(context.language) << "\n"
      << (flags.yes ? context.Say("已接受，并记入控制日志。\n",
                                  "Accepted, and recorded in the control "
                                  "journal.\n")
                    : context.Say(
                          "尚未作任何改动。请先寻找副本。要不带丢失的内容继续，"
                          "请加上 --yes 重复本命令。\n",
                          "Nothing was changed. Look for a copy first. To go "
                          "on without what was lost, repeat with --yes.\n"));
}

absl::StatusOr<int> AcceptLoss(const Context& context, const LossFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(
      const store::AcceptedLoss loss,
      store::AcceptLoss(flags.path, flags.journal, flags.reason, !flags.yes));
  Print(context, flags, loss);
  return flags.yes ? 0 : 1;
}

}  // namespace

void AddStoreLoss(tools::CommandLine& group, Context& context) {
  AddCommand<LossFlags>(
      group, context, "accept-loss",
      {"显示日志丢失了什么（末尾的记录或缺失的旧段）；加上 --yes "
       "则允许数据存储不带它启动。只用于 "
       "sluiced 已停止且没有副本的情形。损坏的字节保存在日志旁的文件中。没有"
       "接受时退出码为 1。",
       "Shows what a journal has lost (records at its end, or old segments "
       "that are missing), and with --yes lets the store start without it. "
       "Only for a stopped sluiced, and when there "
       "is no copy. Broken bytes are kept in a file beside the journals. "
       "Exits 1 when nothing was accepted."},
      {"sluicectl store accept-loss ./sluice-data --journal partition-000 "
       "--reason \"更换了磁盘\"",
       "sluicectl store accept-loss ./sluice-data --journal partition-000 "
       "--reason \"disk replaced\""},
      [](tools::CommandLine& command, LossFlags& flags) {
        command
            .Add("PATH", flags.path, {"数据存储的文件夹", "The store's folder"})
            .Required();
        command
            .Add("--journal", flags.journal,
                 {"control、partition-000……，或 durable（同名文件）",
                  "control, partition-000, ..., or durable for the file of "
                  "that name"})
            .Required();
        command
            .Add("--reason", flags.reason,
                 {"原因，记入日志", "Why, for the journal"})
            .Required();
        command.Add("--yes", flags.yes, {"接受丢失", "Accept the loss"});
      },
      AcceptLoss);
}

}  // namespace sluice::ctl
