#include "gateway/entry/listeners.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace sluice::gateway {
namespace {

// Returns a listening socket; -1: the address cannot be used.
int ListenOn(const sockaddr* address, socklen_t size) {
  const int socket = ::socket(address->sa_family,
                              SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  const int yes = 1;
  const int no = 0;
  // No SO_REUSEPORT: two servers would share the port and its calls unnoticed.
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (address->sa_family == AF_INET6) {
    setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
  }
  if (bind(socket, address, size) == 0 && listen(socket, SOMAXCONN) == 0) {
    return socket;
  }
  close(socket);
  return -1;
}

uint16_t PortOf(int socket) {
  sockaddr_storage bound = {};
  socklen_t size = sizeof(bound);
  getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size);
  // The port is in the same place for both families.
  return ntohs(reinterpret_cast<const sockaddr_in&>(bound).sin_port);
}

}  // namespace

Listeners::~Listeners() {
  for (const int socket : sockets_) close(socket);
}

uint16_t Listeners::Open(const std::string& host, uint16_t port) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), absl::StrCat(port).c_str(), &hints, &found) !=
      0) {
    return 0;
  }
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    // The addresses after the first take the port that the first one got.
    reinterpret_cast<sockaddr_in*>(one->ai_addr)->sin_port = htons(port);
    const int socket = ListenOn(one->ai_addr, one->ai_addrlen);
    if (socket < 0) continue;
    port = PortOf(socket);
    sockets_.push_back(socket);
  }
  freeaddrinfo(found);
  return sockets_.empty() ? 0 : port;
}

}  // namespace sluice::gateway
