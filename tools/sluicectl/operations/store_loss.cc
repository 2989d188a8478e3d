// sluicectl store accept-loss: lets a store start again that has lost records
// at the end of a journal.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "rules/base/status_macros.h"
#include "store/accept_loss.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"

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
absl::string_view Consequence(absl::string_view journal) {
  if (journal == store::kMarksAsJournal) {
    return "Nothing of the journals is lost, but until their next records a "
           "start cannot see whether their ends are missing.";
  }
  if (journal == "control") {
    return "Parties, keys, rule versions and exemptions that were recorded "
           "after the newest record left are lost. Without a key left, the "
           "next start makes an admin key.";
  }
  return "Verdicts, opt-outs and replies that were recorded after the newest "
         "record left are lost: get opt-outs from elsewhere before you send. "
         "Messages that wait may have been sent already; the next start ends "
         "them as UNKNOWN and never sends them.";
}

void Print(const Context& context, const LossFlags& flags,
           const store::AcceptedLoss& loss) {
  const std::string durable =
      loss.durable ? store::ToString(*loss.durable) : "";
  if (context.json) {
    context.out << tools::JsonLine()
                       .Text("journal", flags.journal)
                       .Text("what", loss.what)
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
  context.out << loss.what << "\n\n"
              << "journal       " << flags.journal << "\n"
              << "ends at       " << store::ToString(loss.end) << "\n"
              << "was durable   "
              << (durable.empty() ? "not known"
                                  : absl::StrCat("up to ", durable))
              << "\n"
              << "newest left   "
              << (loss.newest_ms == 0 ? "no record" : NewestLeft(loss)) << "\n"
              << "broken bytes  " << tools::Grouped(loss.octets_aside)
              << (loss.aside.empty() ? ""
                                     : absl::StrCat(", kept in ", loss.aside))
              << "\n\n";
  context.out << Consequence(flags.journal) << "\n"
              << (flags.yes ? "Accepted, and recorded in the control journal.\n"
                            : "Nothing was changed. Look for a copy first. To "
                              "go on without what was lost, repeat with "
                              "--yes.\n");
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
      {"显示日志末尾丢失了什么；加上 --yes 则允许数据存储不带它启动。只用于 "
       "sluiced 已停止且没有副本的情形。损坏的字节保存在日志旁的文件中。没有"
       "接受时退出码为 1。",
       "Shows what a journal has lost at its end, and with --yes lets the "
       "store start without it. Only for a stopped sluiced, and when there "
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
