// sluicectl store accept-loss: lets a store start again that has lost records
// at the end of a journal.

#include <string>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "store/accept_loss.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {
namespace {

struct LossFlags {
  std::string path;
  std::string journal;
  std::string reason;
  bool yes = false;
};

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
              << "broken bytes  " << tools::Grouped(loss.octets_aside)
              << (loss.aside.empty() ? ""
                                     : absl::StrCat(", kept in ", loss.aside))
              << "\n\n";
  if (flags.yes) {
    context.out << "Accepted and recorded in the control journal. sluiced "
                   "starts without what was lost: verdicts, opt-outs and "
                   "replies of that time may be gone, so look for them "
                   "elsewhere.\n";
  } else {
    context.out << "Nothing was changed. Look for a copy first. To go on "
                   "without what was lost, repeat with --yes.\n";
  }
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
      "Shows what a journal has lost at its end, and with --yes lets the store "
      "start without it. Only for a stopped sluiced, and when there is no "
      "copy. "
      "Broken bytes are kept in a file beside the journals. Exits 1 when "
      "nothing was accepted.",
      "sluicectl store accept-loss ./sluice-data --journal partition-000 "
      "--reason \"disk replaced\"",
      [](tools::CommandLine& command, LossFlags& flags) {
        command.Add("PATH", flags.path, "The store's folder").Required();
        command
            .Add("--journal", flags.journal,
                 "control, partition-000, ..., or durable for the file of "
                 "that name")
            .Required();
        command.Add("--reason", flags.reason, "Why, for the journal")
            .Required();
        command.Add("--yes", flags.yes, "Accept the loss");
      },
      AcceptLoss);
}

}  // namespace sluice::ctl
