#include "gateway/http.h"

#include <httplib.h>

#include <atomic>
#include <thread>
#include <utility>

#include "gateway/listen_fault.h"

namespace sluice::gateway {

struct HttpServer::State {
  httplib::Server server;
  int port = 0;
  std::atomic<bool> ended = false;
  std::thread thread;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    const std::string& host, uint16_t port, Pages pages) {
  auto state = std::make_unique<State>();
  httplib::Server& server = state->server;
  // One for Prometheus and one for a load balancer; more would only take
  // memory.
  server.new_task_queue = [] { return new httplib::ThreadPool(2); };
  server.set_read_timeout(5, 0);
  // The library's default would let two servers share a port unnoticed.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  server.set_payload_max_length(1024);
  server.Get("/metrics",
             [metrics = std::move(pages.metrics)](const httplib::Request&,
                                                  httplib::Response& response) {
               response.set_content(metrics(), "text/plain; version=0.0.4");
             });
  server.Get("/healthz",
             [](const httplib::Request&, httplib::Response& response) {
               response.set_content("ok\n", "text/plain");
             });
  server.Get(
      "/readyz", [not_ready = std::move(pages.not_ready)](
                     const httplib::Request&, httplib::Response& response) {
        const std::string why = not_ready();
        response.status = why.empty() ? 200 : 503;
        response.set_content(why.empty() ? "ok\n" : why + "\n", "text/plain");
      });
  if (port == 0) {
    state->port = server.bind_to_any_port(host);
  } else {
    state->port = server.bind_to_port(host, port) ? port : -1;
  }
  if (state->port <= 0) {
    return ListenFault("listen.http_address", {host, port});
  }
  State* raw = state.get();
  state->thread = std::thread([raw] {
    raw->server.listen_after_bind();
    raw->ended = true;
  });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::HttpServer(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

HttpServer::~HttpServer() {
  // The library forgets a stop() that comes before its thread accepts.
  while (!state_->server.is_running() && !state_->ended) {
    std::this_thread::yield();
  }
  state_->server.stop();
  state_->thread.join();
}

int HttpServer::port() const { return state_->port; }

}  // namespace sluice::gateway
