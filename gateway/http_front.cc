#include "gateway/http_front.h"

#include <sys/resource.h>

#include <algorithm>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "asio/io_context.hpp"
#include "asio/ip/tcp.hpp"
#include "asio/post.hpp"
#include "asio/steady_timer.hpp"
#include "asio/thread_pool.hpp"
#include "gateway/http_connection.h"
#include "gateway/link/await.h"
#include "gateway/listen_fault.h"
#include "rules/base/thread_name.h"

namespace sluice::gateway {
namespace {

using asio::ip::tcp;
using link::kAwait;

constexpr int kWorkers = 2;
constexpr int kBacklog = 1024;
// After an error of accept, such as too many open files.
constexpr absl::Duration kAcceptPause = absl::Milliseconds(50);

// What the bound of an address counts.
std::string HostOf(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  const asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
  }
  const auto bytes = v6.to_bytes();
  return std::string(bytes.begin(), bytes.begin() + 8);
}

// Leaves most of the files that the process may open to the others.
HttpBounds WithinFileLimit(HttpBounds bounds) {
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return bounds;
  const auto max = static_cast<size_t>(files.rlim_cur / 4);
  bounds.connections_max = std::min(bounds.connections_max, max);
  bounds.connections_per_address_max = std::min(
      bounds.connections_per_address_max, (bounds.connections_max + 1) / 2);
  return bounds;
}

}  // namespace

struct HttpFront::State {
  State(const HttpBounds& bounds, HttpRespond respond)
      : shared{bounds, std::move(respond), workers, HttpRoom(bounds)} {}

  absl::Status Listen(const std::string& host, uint16_t port);
  asio::awaitable<void> Accept();
  void Begin(tcp::socket socket);

  asio::thread_pool workers{kWorkers};
  HttpShared shared;
  asio::io_context loop{1};
  tcp::acceptor acceptor{loop};
  std::thread thread;
};

absl::Status HttpFront::State::Listen(const std::string& host, uint16_t port) {
  const auto fault = [&] {
    return ListenFault("listen.http_address", {host, port});
  };
  std::error_code error;
  tcp::resolver resolver(loop);
  const auto found =
      resolver.resolve(host, absl::StrCat(port), tcp::resolver::passive, error);
  if (error) return fault();
  for (const auto& entry : found) {
    const tcp::endpoint endpoint = entry.endpoint();
    acceptor.close(error);
    acceptor.open(endpoint.protocol(), error);
    if (error) continue;
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    acceptor.bind(endpoint, error);
    if (error) continue;
    acceptor.listen(kBacklog, error);
    if (!error) return absl::OkStatus();
  }
  return fault();
}

asio::awaitable<void> HttpFront::State::Accept() {
  asio::steady_timer pause(loop);
  while (!shared.stopping) {
    auto [error, socket] = co_await acceptor.async_accept(kAwait);
    if (shared.stopping) co_return;
    if (error) {
      co_await link::Sleep(pause, kAcceptPause);
    } else {
      Begin(std::move(socket));
    }
  }
}

void HttpFront::State::Begin(tcp::socket socket) {
  std::error_code error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return;  // Gone already.
  const std::string host = HostOf(peer.address());
  if (!shared.room.Enter(host)) return;
  auto connection =
      std::make_shared<HttpConnection>(shared, std::move(socket), host);
  shared.room.List(*connection);
  const auto serve = [connection]() { return connection->Serve(); };
  asio::co_spawn(loop, serve, [this, connection](std::exception_ptr) {
    connection->Close();
    shared.room.Leave(connection->host);
  });
}

absl::StatusOr<std::unique_ptr<HttpFront>> HttpFront::Start(
    const std::string& host, uint16_t port, const HttpBounds& bounds,
    HttpRespond respond, std::shared_ptr<SSL_CTX> tls) {
  auto state =
      std::make_unique<State>(WithinFileLimit(bounds), std::move(respond));
  state->shared.tls = std::move(tls);
  const absl::Status listens = state->Listen(host, port);
  if (!listens.ok()) return listens;
  asio::co_spawn(state->loop, state->Accept(), asio::detached);
  state->thread = std::thread([raw = state.get()] {
    NameThisThread("http");
    raw->loop.run();
  });
  return std::unique_ptr<HttpFront>(new HttpFront(std::move(state)));
}

HttpFront::HttpFront(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpFront::~HttpFront() {
  asio::post(state_->loop, [state = state_.get()] {
    state->shared.stopping = true;
    std::error_code none;
    state->acceptor.close(none);
    state->shared.room.CloseAll();
  });
  // Ends when no connection is left: those at the workers end with their
  // answer.
  state_->thread.join();
  state_->workers.join();
}

void HttpFront::UseTls(std::shared_ptr<SSL_CTX> tls) {
  asio::post(state_->loop, [state = state_.get(), tls = std::move(tls)] {
    state->shared.tls = tls;
  });
}

int HttpFront::port() const {
  std::error_code none;
  return state_->acceptor.local_endpoint(none).port();
}

}  // namespace sluice::gateway
