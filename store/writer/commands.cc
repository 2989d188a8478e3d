#include "store/writer/commands.h"

#include "rules/base/mutex.h"

namespace sluice::store {

void FinishPart(BatchParts& batch, const absl::Status& status) {
  if (!status.ok()) {
    MutexLock lock(batch.mutex);
    if (batch.status.ok()) batch.status = status;
  }
  if (batch.parts_open.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
  absl::Status all;
  {
    MutexLock lock(batch.mutex);
    all = batch.status;
  }
  // `done` may free or reuse the batch before it returns.
  const std::function<void(absl::Status)> done = std::move(batch.done);
  done(std::move(all));
}

size_t SubmitCommand::Weight(uint16_t partition) const {
  return check_only ? kWorthWaking : batch->parts[partition].size();
}

void SubmitCommand::Refuse(const Refusal& refusal) {
  LeaveInbox(refusal.partition);
  FinishPart(*batch, refusal.why);
}

void SubmitCommand::LeaveInbox(uint16_t partition) const {
  bound->Give(batch->parts[partition].size());
}

size_t AddOptOutsCommand::Weight(uint16_t partition) const {
  return batch->parts[partition].size();
}

void AddOptOutsCommand::Refuse(const Refusal& refusal) {
  LeaveInbox(refusal.partition);
  FinishPart(*batch, refusal.why);
}

void AddOptOutsCommand::LeaveInbox(uint16_t partition) const {
  bound->Give(batch->parts[partition].size());
}

size_t RedecideCommand::Weight(uint16_t partition) const {
  return batch->parts[partition].size();
}

void RedecideCommand::Refuse(const Refusal& refusal) {
  FinishPart(*batch, refusal.why);
}

size_t CorrectOptOutsCommand::Weight(uint16_t partition) const {
  return batch->parts[partition].size();
}

void CorrectOptOutsCommand::Refuse(const Refusal& refusal) {
  FinishPart(*batch, refusal.why);
}

size_t LinkRunCommand::Weight(uint16_t) const {
  return run.answers.size() + run.reports.size() + run.written.size();
}

void LinkRunCommand::Refuse(const Refusal& refusal) {
  for (CarrierReport& report : run.reports) {
    if (report.done) report.done(refusal.why);
  }
  run.reports.clear();
}

size_t WeightOf(const Command& command, uint16_t partition) {
  return std::visit(
      [partition](const auto& one) { return one.Weight(partition); }, command);
}

void Refuse(Command& command, const Refusal& refusal) {
  std::visit([&refusal](auto& one) { one.Refuse(refusal); }, command);
}

bool StaysTrue(const Command& command) {
  return std::visit([](const auto& one) { return one.kStaysTrue; }, command);
}

}  // namespace sluice::store
