#pragma once

// The HTTP side: metrics for Prometheus and health for load balancers.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluice::gateway {

class HttpServer {
 public:
  struct Pages {
    std::function<std::string()> metrics;  // GET /metrics
    // GET /readyz: empty when the server is ready, otherwise why it is not.
    std::function<std::string()> not_ready;
  };

  // Serves on `host`, for port 0 on any free port, until destroyed. GET
  // /healthz answers while the process runs. Errors: kUnavailable (the address
  // is in use).
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      const std::string& host, uint16_t port, Pages pages);
  ~HttpServer();

  int port() const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sluice::gateway
