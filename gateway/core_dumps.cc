#include "gateway/core_dumps.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace sluice::gateway {

// Neither call can fail: everybody may lower a limit of their own.
void ForbidCoreDumps() {
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace sluice::gateway
