#include "gateway/entry/file_limit.h"

#include <sys/resource.h>

namespace sluice::gateway {

uint64_t RaiseFileLimit() {
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 0;
  rlimit raised = files;
  raised.rlim_cur = files.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur
                                                : files.rlim_cur;
}

}  // namespace sluice::gateway
