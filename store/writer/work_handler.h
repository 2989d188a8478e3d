#pragma once

// Hands due messages to links, after a last look at each, and announces due
// messages to the dispatcher.

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "filter/policy/ids.h"
#include "rules/base/lasting_fault.h"
#include "store/journal/record_reader.h"
#include "store/memory/outbox.h"
#include "store/writer/command_context.h"
#include "store/writer/commands.h"
#include "store/writer/redo_commands.h"

namespace sluice::store {

// What the handler borrows; everything must outlive it.
struct WorkParts {
  RedoCommands& redo;
  const RecordReader& reader;
  // Logs one line about a fault on which the operator must act.
  std::function<void(const std::string&)> fault;
  // Messages for a carrier have become due.
  std::function<void(Carrier)> due;
};

// One thread, the partition's writer.
class WorkHandler {
 public:
  WorkHandler(CommandContext& context, WorkParts parts);

  void Do(TakeWorkCommand& command);

  // Announces each carrier that has due messages and had none before. The
  // dispatcher then takes all it can, so once is enough.
  void Announce();
  // After a reload, announces every carrier with due messages again.
  void ForgetAnnouncements() { announced_ = {}; }

 private:
  bool TakeOne(Carrier carrier, WorkRequest& request, uint32_t segments_left,
               Work& work);
  void TellUnread(const absl::Status& why);
  bool PassesLastLook(LiveMessage& live);
  bool MustWait(LiveMessage& live, const WorkRequest& request,
                uint32_t segments_left, Work& work);
  void HandOver(LiveMessage& live, const WorkRequest& request, std::string text,
                Work& work);
  absl::StatusOr<std::string> TextOf(const LiveMessage& live) const;
  absl::StatusOr<store::v1::Record> DecisionAt(uint64_t ref) const;

  CommandContext& context_;
  const WorkParts parts_;
  std::array<bool, kCarriers> announced_ = {};
  LastingFault unread_;  // Texts cannot be read, for another cause than damage.
};

}  // namespace sluice::store
