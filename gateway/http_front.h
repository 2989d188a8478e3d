#pragma once

// The sockets of the HTTP port: one thread reads all connections, each within
// bounds of size and time, and hands on whole requests only.
//
// Apart from the HTTP library, whose own front gives each connection a thread
// and reads lines of any length: there, two slow senders were enough to keep
// health waiting. Here a slow sender costs a few kilobytes, and when there are
// too many connections, the one that has kept the server waiting longest is
// closed, so that a caller who sends its request at once is served.

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/http_bounds.h"

namespace sluice::gateway {

class HttpFront {
 public:
  // Serves on `host`, for port 0 on any free port, until destroyed; HTTPS if
  // there is a context of TLS. Errors: kUnavailable (the address is in use, or
  // not one of this machine).
  static absl::StatusOr<std::unique_ptr<HttpFront>> Start(
      const std::string& host, uint16_t port, const HttpBounds& bounds,
      HttpRespond respond, std::shared_ptr<SSL_CTX> tls);
  // Closes all connections; waits for answers that workers are making.
  ~HttpFront();

  int port() const;

  // Another context of TLS for new connections, not null. Any thread.
  void UseTls(std::shared_ptr<SSL_CTX> tls);

 private:
  struct State;
  explicit HttpFront(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sluice::gateway
