#pragma once

// The HTTP side: metrics for Prometheus and health for load balancers.

#include <openssl/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/http_front.h"

namespace sluice::gateway {

class HttpServer {
 public:
  struct Pages {
    // GET /metrics. On a worker: it may wait for the writers.
    std::function<std::string()> metrics;
    // GET /readyz: empty when the server is ready, otherwise why it is not.
    // Must not wait: it runs on the thread that serves all connections.
    std::function<std::string()> not_ready;
    // Warnings of a server that is ready, for people: they follow the "ok". May
    // be empty, and must not wait either.
    std::function<std::string()> warnings = nullptr;
  };

  // Serves on `host`, for port 0 on any free port, until destroyed; HTTPS if
  // there is a context of TLS. GET /healthz and /readyz answer while the
  // process runs, whatever other callers send and however long a page of
  // metrics takes. Errors: kUnavailable (the address is in use).
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      const std::string& host, uint16_t port, Pages pages,
      const HttpBounds& bounds = {}, std::shared_ptr<SSL_CTX> tls = nullptr);
  ~HttpServer();

  int port() const;

  // Another context of TLS for new connections, not null. Any thread.
  void UseTls(std::shared_ptr<SSL_CTX> tls);

 private:
  class Library;
  HttpServer(std::unique_ptr<Library> library,
             std::unique_ptr<HttpFront> front);

  std::unique_ptr<Library> library_;
  std::unique_ptr<HttpFront> front_;  // Uses library_.
};

}  // namespace sluice::gateway
