#pragma once

// The allowed transitions between the states of a message (design.md, section
// 7).

#include "sluice/v1/message.pb.h"

namespace sluice::filter {

// Whether a message in state `from` may come to state `to`. UNSPECIFIED is
// before the verdict. A late report moves UNKNOWN or NO_REPORT once: the state
// after that is final. To stay in a state is no transition.
bool MayMove(v1::MessageState from, v1::MessageState to);

// No transition leads out of it.
bool IsFinal(v1::MessageState state);

}  // namespace sluice::filter
