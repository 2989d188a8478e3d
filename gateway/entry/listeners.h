#pragma once

// The sockets on which the server accepts connections.

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::gateway {

// Listens on every address of a host. Closes its sockets at the end.
class Listeners {
 public:
  Listeners() = default;
  ~Listeners();
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;

  // Returns the port, the same on all addresses; `port` 0: any free one. 0: no
  // address of the host could be used.
  uint16_t Open(const std::string& host, uint16_t port);

  const std::vector<int>& sockets() const { return sockets_; }

 private:
  std::vector<int> sockets_;
};

}  // namespace sluice::gateway
