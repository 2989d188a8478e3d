#pragma once

// Names the calling thread, so that `top -H`, a debugger and a profile tell who
// does what. The kernel keeps 15 octets of it.

#include <pthread.h>

#include <string>

namespace sluice {

inline void NameThisThread(const std::string& name) {
  // It only fails for names that are too long, and a name is only a help.
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

}  // namespace sluice
