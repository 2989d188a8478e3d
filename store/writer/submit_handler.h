#pragma once

// Decides batches of messages: the partition writer's main work.

#include <cstdint>
#include <vector>

#include "filter/admit.h"
#include "rules/base/phone.h"
#include "store/writer/command_context.h"
#include "store/writer/commands.h"

namespace sluice::store {

// One thread, the partition's writer.
class SubmitHandler {
 public:
  // `context` must outlive the handler. `recalls`: numbers may be out of
  // memory.
  SubmitHandler(CommandContext& context, bool recalls)
      : context_(context), recalls_(recalls) {}

  void Do(SubmitCommand& command);

 private:
  absl::Status BringIntoMemory(const SubmitBatch& batch);
  void Admit(SubmitBatch& batch, uint32_t index);
  void Decide(SubmitBatch& batch, uint32_t index);
  void AnswerAfterDurable(SubmitBatch& batch);

  CommandContext& context_;
  const bool recalls_;
  filter::Admission admission_;
  std::vector<Phone> numbers_;  // To be recalled.
};

}  // namespace sluice::store
