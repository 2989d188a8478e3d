#pragma once

// Redecides messages: held ones that a person releases or rejects, waiting ones
// under newer rules, and ones that a mistaken rule rejected.
//
// The caller has examined the messages with its own snapshot; this class checks
// what has happened to them since. Only the writer moves a message, so that it
// is either handed over or redecided, never both.

#include <cstdint>
#include <optional>
#include <vector>

#include "filter/admit.h"
#include "filter/recipient_state.h"
#include "rules/base/phone.h"
#include "store/memory/outbox.h"
#include "store/writer/command_context.h"
#include "store/writer/commands.h"

namespace sluice::store {

// One thread, the partition's writer.
class RedecideHandler {
 public:
  // `context` must outlive the handler.
  explicit RedecideHandler(CommandContext& context) : context_(context) {}

  void Do(RedecideCommand& command);

 private:
  using Outcome = Redecision::Outcome;

  void Redecide(RedecideBatch& batch, uint32_t index);
  std::optional<Outcome> Obstacle(const RedecideBatch& batch, uint32_t index,
                                  const LiveMessage* live) const;
  bool MayBeRejudged(const RedecideBatch& batch, uint32_t index,
                     const LiveMessage* live) const;
  void Admit(const RedecideBatch& batch, uint32_t index);
  Outcome OutcomeOf(const RedecideBatch& batch, uint32_t index,
                    const LiveMessage* live) const;
  void Record(const RedecideBatch& batch, uint32_t index);
  void Cancel(const RedecideBatch& batch, LiveMessage& live);
  void RejectHeld(const RedecideBatch& batch, uint32_t index,
                  LiveMessage& live);
  void AnswerAfterDurable(RedecideBatch& batch);

  CommandContext& context_;
  filter::Admission admission_;
  std::vector<filter::Send> other_sends_;  // The number's other sends.
  std::vector<filter::StandingFact> other_facts_;
  std::vector<Phone> numbers_;  // To be recalled.
};

}  // namespace sluice::store
