#include "gateway/http_front.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <list>
#include <map>
#include <thread>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "asio/buffer.hpp"
#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "asio/io_context.hpp"
#include "asio/ip/tcp.hpp"
#include "asio/post.hpp"
#include "asio/read.hpp"
#include "asio/read_until.hpp"
#include "asio/steady_timer.hpp"
#include "asio/thread_pool.hpp"
#include "asio/write.hpp"
#include "gateway/http_framing.h"
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
// For a caller who still sends to read why it was refused.
constexpr absl::Duration kFarewell = absl::Seconds(1);
constexpr size_t kFarewellBytesMax = 1 << 20;
constexpr std::chrono::minutes kNoteEvery(1);

absl::string_view ReasonOf(int status) {
  switch (status) {
    case 411:
      return "Length Required";
    case 413:
      return "Payload Too Large";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Bad Request";
  }
}

std::string Refusal(int status, bool close) {
  return absl::StrCat("HTTP/1.1 ", status, " ", ReasonOf(status),
                      "\r\nContent-Length: 0\r\n",
                      status == 503 ? "Retry-After: 1\r\n" : "",
                      close ? "Connection: close\r\n" : "", "\r\n");
}

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

// One connection. The front's thread.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(HttpFront::State& front, tcp::socket socket, std::string host)
      : host(std::move(host)),
        front_(front),
        socket_(std::move(socket)),
        timer_(socket_.get_executor()) {}

  asio::awaitable<void> Serve();
  // Ends the connection; Serve() returns soon after.
  void Close();

  const std::string host;
  size_t unsent_bytes = 0;
  // In the front's list: it may be closed to make room. Not while a worker
  // makes its answer.
  std::list<HttpConnection*>::iterator place;
  bool listed = false;

 private:
  void CloseAfter(absl::Duration limit);
  asio::awaitable<bool> ReadRequest(std::string& request);
  asio::awaitable<HttpAnswer> AnswerOf(std::string request, bool last);
  asio::awaitable<bool> Send(std::string bytes);
  asio::awaitable<void> Refuse(int status);

  HttpFront::State& front_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  std::string buffer_;  // What was received and not yet handed on.
};

struct HttpFront::State {
  State(const HttpBounds& bounds, Respond respond)
      : bounds(bounds), respond(std::move(respond)) {}

  absl::Status Listen(const std::string& host, uint16_t port);
  asio::awaitable<void> Accept();
  void Begin(tcp::socket socket);
  // Makes `connection` the one that has kept us waiting for the shortest time.
  void List(HttpConnection& connection);
  void Unlist(HttpConnection& connection);
  // Closes the connection of `host` (empty: of any) that has kept us waiting
  // longest; with `unsent`, of those with an unsent answer. Returns whether
  // there was one.
  bool CloseOldest(absl::string_view host, bool unsent);
  void Left(HttpConnection& connection);

  const HttpBounds bounds;
  const Respond respond;
  asio::io_context loop{1};
  tcp::acceptor acceptor{loop};
  asio::thread_pool workers{kWorkers};
  std::thread thread;

  // The thread's own.
  bool stopping = false;
  std::list<HttpConnection*> listed;  // Longest waiting first.
  size_t connections = 0;
  std::map<std::string, size_t> connections_of;
  size_t waiting = 0;
  size_t unsent_bytes = 0;
  size_t closed_for_room = 0;
  std::chrono::steady_clock::time_point noted;
};

// The timer may have expired for an earlier limit when a later one is set.
void HttpConnection::CloseAfter(absl::Duration limit) {
  timer_.expires_after(absl::ToChronoNanoseconds(limit));
  timer_.async_wait([weak = weak_from_this()](const std::error_code& error) {
    const auto self = weak.lock();
    if (error || self == nullptr) return;
    if (self->timer_.expiry() > std::chrono::steady_clock::now()) return;
    self->Close();
  });
}

void HttpConnection::Close() {
  front_.Unlist(*this);
  std::error_code none;
  timer_.cancel(none);
  socket_.close(none);
}

// Returns false when the connection has ended or was refused.
asio::awaitable<bool> HttpConnection::ReadRequest(std::string& request) {
  CloseAfter(front_.bounds.head);
  const auto [error, head_size] = co_await asio::async_read_until(
      socket_, asio::dynamic_buffer(buffer_, front_.bounds.head_bytes_max),
      kHeadEnd, kAwait);
  if (error == asio::error::not_found) {
    co_await Refuse(431);
    co_return false;
  }
  if (error) co_return false;
  const HttpFrame frame =
      FrameOf(absl::string_view(buffer_).substr(0, head_size),
              front_.bounds.body_bytes_max);
  if (frame.refusal != 0) {
    co_await Refuse(frame.refusal);
    co_return false;
  }
  const size_t size = head_size + frame.body_bytes;
  if (buffer_.size() < size) {
    CloseAfter(front_.bounds.body);
    const size_t had = buffer_.size();
    buffer_.resize(size);
    const auto [cut, read] = co_await asio::async_read(
        socket_, asio::buffer(buffer_.data() + had, size - had), kAwait);
    if (cut) co_return false;
  }
  request = buffer_.substr(0, size);
  buffer_.erase(0, size);
  HideRanges(request);
  co_return true;
}

asio::awaitable<HttpAnswer> HttpConnection::AnswerOf(std::string request,
                                                     bool last) {
  if (IsForHealth(request)) {
    co_return front_.respond(std::move(request), last);
  }
  if (front_.waiting >= front_.bounds.waiting_max) {
    co_return HttpAnswer{Refusal(503, last), last};
  }
  ++front_.waiting;
  front_.Unlist(*this);
  std::error_code none;
  timer_.cancel(none);
  // The coroutine that asks goes on here, on the front's thread.
  const auto respond =
      [&front = front_, last,
       request = std::move(request)]() -> asio::awaitable<HttpAnswer> {
    co_return front.respond(request, last);
  };
  auto [failed, answer] =
      co_await asio::co_spawn(front_.workers, respond, kAwait);
  --front_.waiting;
  if (failed) co_return HttpAnswer{Refusal(503, true), true};
  if (front_.stopping) {
    Close();
  } else if (socket_.is_open()) {
    front_.List(*this);
  }
  co_return std::move(answer);
}

// Returns false when the caller did not take all of it.
asio::awaitable<bool> HttpConnection::Send(std::string bytes) {
  const size_t size = bytes.size();
  while (front_.unsent_bytes + size > front_.bounds.unsent_bytes_max) {
    if (!front_.CloseOldest("", /*unsent=*/true)) break;
  }
  CloseAfter(front_.bounds.answer);
  unsent_bytes = size;
  front_.unsent_bytes += size;
  const auto [error, sent] =
      co_await asio::async_write(socket_, asio::buffer(bytes), kAwait);
  front_.unsent_bytes -= size;
  unsent_bytes = 0;
  co_return !error;
}

// Refuses what the caller sends. Closing a socket that has unread bytes would
// reset the connection, and the caller would lose the answer.
asio::awaitable<void> HttpConnection::Refuse(int status) {
  std::string().swap(buffer_);
  if (!co_await Send(Refusal(status, /*close=*/true))) co_return;
  CloseAfter(kFarewell);
  std::error_code none;
  socket_.shutdown(tcp::socket::shutdown_send, none);
  std::array<char, 4096> ignored;
  for (size_t read = 0; read < kFarewellBytesMax;) {
    const auto [error, size] =
        co_await socket_.async_read_some(asio::buffer(ignored), kAwait);
    if (error) co_return;
    read += size;
  }
}

asio::awaitable<void> HttpConnection::Serve() {
  const size_t requests_max = front_.bounds.requests_per_connection_max;
  std::string request;
  for (size_t served = 1; co_await ReadRequest(request); ++served) {
    HttpAnswer answer = co_await AnswerOf(std::move(request),
                                          /*last=*/served >= requests_max);
    if (!co_await Send(std::move(answer.bytes)) || answer.close) break;
    if (!listed) break;  // Closed meanwhile.
    front_.List(*this);
  }
}

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
  while (!stopping) {
    auto [error, socket] = co_await acceptor.async_accept(kAwait);
    if (stopping) co_return;
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
  std::string host = HostOf(peer.address());
  const auto of_host = connections_of.find(host);
  if (of_host != connections_of.end() &&
      of_host->second >= bounds.connections_per_address_max &&
      !CloseOldest(host, /*unsent=*/false)) {
    return;
  }
  if (connections >= bounds.connections_max &&
      !CloseOldest("", /*unsent=*/false)) {
    return;
  }
  ++connections;
  ++connections_of[host];
  auto connection =
      std::make_shared<HttpConnection>(*this, std::move(socket), host);
  List(*connection);
  const auto serve = [connection]() { return connection->Serve(); };
  asio::co_spawn(loop, serve,
                 [this, connection](std::exception_ptr) { Left(*connection); });
}

void HttpFront::State::List(HttpConnection& connection) {
  Unlist(connection);
  connection.place = listed.insert(listed.end(), &connection);
  connection.listed = true;
}

void HttpFront::State::Unlist(HttpConnection& connection) {
  if (!connection.listed) return;
  listed.erase(connection.place);
  connection.listed = false;
}

bool HttpFront::State::CloseOldest(absl::string_view host, bool unsent) {
  const auto oldest = std::find_if(
      listed.begin(), listed.end(), [&](const HttpConnection* one) {
        return (host.empty() || one->host == host) &&
               (!unsent || one->unsent_bytes > 0);
      });
  if (oldest == listed.end()) return false;
  (*oldest)->Close();
  ++closed_for_room;
  const auto now = std::chrono::steady_clock::now();
  if (now - noted < kNoteEvery) return true;
  noted = now;
  spdlog::warn(
      "http: too many connections or unread answers: {} slow connections were "
      "closed so far",
      closed_for_room);
  return true;
}

void HttpFront::State::Left(HttpConnection& connection) {
  connection.Close();
  --connections;
  const auto of_host = connections_of.find(connection.host);
  if (--of_host->second == 0) connections_of.erase(of_host);
}

absl::StatusOr<std::unique_ptr<HttpFront>> HttpFront::Start(
    const std::string& host, uint16_t port, const HttpBounds& bounds,
    Respond respond) {
  auto state =
      std::make_unique<State>(WithinFileLimit(bounds), std::move(respond));
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
    state->stopping = true;
    std::error_code none;
    state->acceptor.close(none);
    while (!state->listed.empty()) state->listed.front()->Close();
  });
  // Ends when no connection is left: those at the workers end with their
  // answer.
  state_->thread.join();
  state_->workers.join();
}

int HttpFront::port() const {
  std::error_code none;
  return state_->acceptor.local_endpoint(none).port();
}

}  // namespace sluice::gateway
