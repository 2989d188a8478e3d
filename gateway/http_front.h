#pragma once

// The sockets of the HTTP port: one thread reads all connections, each within
// bounds of size and time, and hands on whole requests only.
//
// Apart from the HTTP library, whose own front gives each connection a thread
// and reads lines of any length: there, two slow senders were enough to keep
// health waiting. Here a slow sender costs a few kilobytes, and when there are
// too many connections, the one that has kept the server waiting longest is
// closed, so that a caller who sends its request at once is served.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sluice::gateway {

// At its worst a connection holds a head and a body, so all connections take at
// most connections_max * (head_bytes_max + body_bytes_max) = 17 MiB, and
// answers unsent_bytes_max beside them.
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
  // From the last answer, or the connection's beginning, to the end of a head;
  // then to the end of the body; and for taking the whole answer.
  absl::Duration head = absl::Seconds(5);
  absl::Duration body = absl::Seconds(20);
  absl::Duration answer = absl::Seconds(10);
};

struct HttpAnswer {
  std::string bytes;   // As they go to the socket.
  bool close = false;  // The connection ends with this answer.
};

class HttpFront {
 public:
  // Answers a whole request: head and body. `last`: the connection ends with
  // this answer. Called on the front's thread for health, which must not wait
  // then, and on a worker otherwise.
  using Respond = std::function<HttpAnswer(std::string request, bool last)>;

  // Serves on `host`, for port 0 on any free port, until destroyed. Errors:
  // kUnavailable (the address is in use, or not one of this machine).
  static absl::StatusOr<std::unique_ptr<HttpFront>> Start(
      const std::string& host, uint16_t port, const HttpBounds& bounds,
      Respond respond);
  // Closes all connections; waits for answers that workers are making.
  ~HttpFront();

  int port() const;

 private:
  friend class HttpConnection;
  struct State;
  explicit HttpFront(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sluice::gateway
