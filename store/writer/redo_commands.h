#pragma once

// Keeps the commands that must be done again if the group they are in fails:
// what links say once, and hand-overs, which are then undone.

#include <cstddef>
#include <deque>
#include <utility>

#include "store/writer/commands.h"

namespace sluice::store {

// One thread, the partition's writer.
class RedoCommands {
 public:
  // `command` is in the group that is being filled.
  void Add(Command command) { commands_.push_back(std::move(command)); }

  // The group being filled is on its way; the one before it is durable, so that
  // its commands are forgotten.
  void GroupSent() {
    commands_.erase(commands_.begin(),
                    commands_.begin() + static_cast<std::ptrdiff_t>(sent_));
    sent_ = commands_.size();
  }

  // Takes out all, in their order: both groups have failed.
  std::deque<Command> TakeAll() {
    sent_ = 0;
    return std::exchange(commands_, {});
  }

 private:
  std::deque<Command> commands_;
  size_t sent_ = 0;  // The first so many are in the group on its way.
};

}  // namespace sluice::store
