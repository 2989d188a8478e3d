#pragma once

// Keeps the commands that must be done again if their group fails: events that
// links report once, and hand-overs, which are then undone.

#include <cstddef>
#include <deque>
#include <utility>

#include "store/writer/commands.h"

namespace sluice::store {

// One thread, the partition's writer.
class RedoCommands {
 public:
  // `command` belongs to the group being filled.
  void Add(Command command) { commands_.push_back(std::move(command)); }

  // The group being filled is on its way, and the previous one is durable:
  // drops the commands of the previous one.
  void GroupSent() {
    commands_.erase(commands_.begin(),
                    commands_.begin() + static_cast<std::ptrdiff_t>(sent_));
    sent_ = commands_.size();
  }

  // Removes and returns all commands, in order: both groups have failed.
  std::deque<Command> TakeAll() {
    sent_ = 0;
    return std::exchange(commands_, {});
  }

 private:
  std::deque<Command> commands_;
  size_t sent_ = 0;  // How many are in the group on its way.
};

}  // namespace sluice::store
