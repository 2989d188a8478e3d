#pragma once

// Decides batches of messages: the partition writer's main work.

#include <cstdint>
#include <vector>

#include "filter/admit.h"
#include "rules/base/phone.h"
#include "store/writer/command_context.h"
#include "store/writer/commands.h"
#include "store/writer/refusal_bound.h"

namespace sluice::store {

// One thread, the partition's writer.
class SubmitHandler {
 public:
  // `context` must outlive the handler. `recalls`: numbers may be out of
  // memory.
  SubmitHandler(CommandContext& context, bool recalls)
      : context_(context), recalls_(recalls) {}

  void Do(SubmitCommand& command);

  // Records the refusals that were counted and whose minute is over; with
  // `all`, every one. While the disk has no room they stay counted.
  void RecordRefusals(bool all);

 private:
  absl::Status BringIntoMemory(const SubmitBatch& batch);
  void Admit(SubmitBatch& batch, uint32_t index);
  void Decide(SubmitBatch& batch, uint32_t index);
  void AnswerAfterDurable(SubmitBatch& batch);

  CommandContext& context_;
  const bool recalls_;
  RefusalBound refusals_;
  filter::Admission admission_;
  std::vector<Phone> numbers_;  // To be recalled.
};

}  // namespace sluice::store
