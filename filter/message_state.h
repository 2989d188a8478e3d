#pragma once

// Which way a message may move in its life (design.md, section 7).

#include "sluice/v1/message.pb.h"

namespace sluice::filter {

// Whether a message in state `from` may come to state `to`. UNSPECIFIED is
// before the verdict. A late report moves UNKNOWN or NO_REPORT once: what they
// move to moves no further. Staying is not moving.
bool MayMove(v1::MessageState from, v1::MessageState to);

// No transition leads out of it.
bool IsFinal(v1::MessageState state);

}  // namespace sluice::filter
