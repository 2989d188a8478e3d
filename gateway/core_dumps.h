#pragma once

namespace sluice::gateway {

// Keeps the memory of this process, which holds numbers and texts, out of core
// dumps: the limit of core files becomes 0, and the process not dumpable,
// because a kernel that hands core dumps to a program ignores the limit. Other
// processes of the same user can no longer read the memory either; debuggers
// need root. Any thread; for the rest of the process.
void ForbidCoreDumps();

}  // namespace sluice::gateway
