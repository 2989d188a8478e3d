#pragma once

// What the HTTP port takes from its callers, and what it answers.

#include <cstddef>
#include <functional>
#include <string>

#include "absl/time/time.h"

namespace sluice::gateway {

// At its worst a connection holds a head and a body, so all connections take at
// most connections_max * (head_bytes_max + body_bytes_max) = 17 MiB, and
// answers unsent_bytes_max beside them. TLS adds about 128 KiB to each
// connection, as measured.
struct HttpBounds {
  size_t head_bytes_max = 16 << 10;  // Request line and headers.
  size_t body_bytes_max = 1 << 10;
  // Fewer when the process may not open four times as many files.
  size_t connections_max = 1024;
  // Of one IPv4 address, or of one /64 of IPv6, which one host has at least.
  size_t connections_per_address_max = 512;
  size_t requests_per_connection_max = 100;
  size_t waiting_max = 16;             // Requests at the workers.
  size_t unsent_bytes_max = 16 << 20;  // Of answers that nobody reads.
  // From the last answer, or the connection's beginning, to the end of a head,
  // with the TLS handshake before it; then to the end of the body; and for
  // taking the whole answer.
  absl::Duration head = absl::Seconds(5);
  absl::Duration body = absl::Seconds(20);
  absl::Duration answer = absl::Seconds(10);
};

struct HttpAnswer {
  std::string bytes;   // As they go to the socket.
  bool close = false;  // The connection ends with this answer.
};

// Answers a whole request: head and body. `last`: the connection ends with this
// answer. Called on the front's thread for health, which must not wait then,
// and on a worker otherwise.
using HttpRespond = std::function<HttpAnswer(std::string request, bool last)>;

}  // namespace sluice::gateway
