// How a partition's writer takes its clock back from a mistaken future.

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "store/partition/forgotten_sends.h"
#include "store/writer/partition_writer.h"

namespace sluice::store {

void PartitionWriter::Do(TurnBackCommand& command) {
  command.done(TurnBack(command));
}

// The record is alone in its group, and durable before anything is moved: after
// a failure the state is as it was, or is loaded again with the record's
// effects.
absl::Status PartitionWriter::TurnBack(const TurnBackCommand& command) {
  SLUICE_RETURN_IF_ERROR(context_.space);
  CommitGroup();
  SLUICE_RETURN_IF_ERROR(commit_->Drain());
  saver_.Wait(*context_.state);
  const auto all = [](uint32_t) { return true; };
  SLUICE_RETURN_IF_ERROR(
      context_.recall.RecallLater(command.now_ms, all, *context_.state));
  const int64_t mistaken_ms = context_.now_ms;
  store::v1::Record& record = context_.records.New(Phone{}, mistaken_ms);
  store::v1::ClockTurnedBack& back = *record.mutable_clock_turned_back();
  back.set_believed_ms(command.believed_ms);
  back.set_now_ms(command.now_ms);
  back.set_actor(command.actor);
  back.set_reason(command.reason);
  const RecordRef ref = context_.records.Append(record);
  commit_->group().must_sync = true;
  const absl::Status sent = commit_->Commit();
  context_.records.Fill(commit_->group());
  SLUICE_RETURN_IF_ERROR(sent);
  SLUICE_RETURN_IF_ERROR(commit_->Drain());

  ahead_ = {mistaken_ms, command.now_ms};
  context_.now_ms = command.now_ms;
  // After a failure from here on the clock stays, and the command is repeated.
  SLUICE_RETURN_IF_ERROR(
      RestoreForgotten({parts_.files, options_.identity, context_.recall,
                        *context_.snapshot->policy},
                       ref.position(), command.now_ms, all, *context_.state));
  context_.state->TurnBack(mistaken_ms, command.now_ms, all);
  saver_.ForgetTimes();
  links_.RestartWaitOfReports();
  std::vector<TurnBackAt> turned_back = *turned_back_.Load();
  turned_back.push_back({ref.position(), command.now_ms});
  return SetTurnedBack(std::move(turned_back));
}

// Must be durable before a bucket is saved behind the newest of them: a replay
// from there does not see it.
absl::Status PartitionWriter::SetTurnedBack(
    std::vector<TurnBackAt> turned_back) {
  if (turned_back.size() != turned_back_.Load()->size()) {
    SLUICE_RETURN_IF_ERROR(parts_.views.Write({SaveTurnBacks(turned_back)}));
  }
  turned_back_.Store(
      std::make_shared<const std::vector<TurnBackAt>>(std::move(turned_back)));
  return absl::OkStatus();
}

}  // namespace sluice::store
