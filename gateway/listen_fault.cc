#include "gateway/listen_fault.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sluice::gateway {
namespace {

// Returns the error number of binding and listening; 0: both succeed now.
int TryToListen(const addrinfo& address) {
  const int listener = socket(address.ai_family, address.ai_socktype, 0);
  if (listener < 0) return errno;
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  const bool works = bind(listener, address.ai_addr, address.ai_addrlen) == 0 &&
                     listen(listener, 1) == 0;
  const int error = works ? 0 : errno;
  close(listener);
  return error;
}

std::string Where(absl::string_view setting, const HostPort& at) {
  const bool v6 = absl::StrContains(at.host, ':');
  return absl::StrCat(setting, " ", v6 ? "[" : "", at.host, v6 ? "]" : "", ":",
                      at.port, ": ");
}

std::string WhatToDo(int error, absl::string_view setting, uint16_t port) {
  switch (error) {
    case EADDRINUSE:
      return absl::StrCat(
          "already in use; stop the program that uses it (`ss -ltnp 'sport = :",
          port, "'` names it), or give another address in ", setting,
          setting == "listen.address" ? " or with --listen" : "");
    case EACCES:
      return "not allowed; ports below 1024 need a privilege, so choose a "
             "higher one";
    case EADDRNOTAVAIL:
      return "is not an address of this machine; `ip address` lists its "
             "addresses";
    default:
      return std::strerror(error);
  }
}

}  // namespace

absl::Status CheckListen(absl::string_view setting, const HostPort& at) {
  const std::string where = Where(setting, at);
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int unknown = getaddrinfo(
      at.host.c_str(), absl::StrCat(at.port).c_str(), &hints, &found);
  if (unknown != 0) {
    return absl::UnavailableError(
        absl::StrCat(where, "no such host: ", gai_strerror(unknown)));
  }
  // A host name may resolve to addresses that this machine does not have (::1
  // without IPv6): one usable address is enough, unless another program uses
  // one of them.
  int error = 0;
  bool works = false;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    const int now = TryToListen(*one);
    works = works || now == 0;
    if (now != 0 && (error == 0 || now == EADDRINUSE)) error = now;
  }
  freeaddrinfo(found);
  if (works && error != EADDRINUSE) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(where, WhatToDo(error, setting, at.port)));
}

absl::Status ListenFault(absl::string_view setting, const HostPort& at) {
  const absl::Status now = CheckListen(setting, at);
  if (!now.ok()) return now;
  return absl::UnavailableError(
      absl::StrCat(Where(setting, at), "was in use a moment ago; start again"));
}

}  // namespace sluice::gateway
