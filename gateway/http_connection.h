#pragma once

// One connection of the HTTP port: reads requests within their bounds, has them
// answered, and sends the answers. With TLS or without.

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "asio/awaitable.hpp"
#include "asio/ip/tcp.hpp"
#include "asio/steady_timer.hpp"
#include "asio/thread_pool.hpp"
#include "gateway/http_bounds.h"
#include "gateway/http_room.h"
#include "gateway/http_stream.h"

namespace sluice::gateway {

// What all connections share. The front's thread, which outlives them.
struct HttpShared {
  const HttpBounds bounds;
  const HttpRespond respond;
  asio::thread_pool& workers;
  HttpRoom room;
  size_t waiting = 0;                      // Requests at the workers.
  bool stopping = false;                   // Connections end.
  std::shared_ptr<SSL_CTX> tls = nullptr;  // Of new connections; null: none.
};

// The front's thread.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(HttpShared& shared, asio::ip::tcp::socket socket,
                 std::string host)
      : host(std::move(host)),
        shared_(shared),
        stream_(std::move(socket), shared.tls.get()),
        timer_(stream_.get_executor()) {}

  // Serves until the connection ends. Once.
  asio::awaitable<void> Serve();
  // Ends the connection; Serve() returns soon after.
  void Close();

  const std::string host;
  // HttpRoom's: in its list, and what it counts of this connection.
  std::optional<std::list<HttpConnection*>::iterator> place;
  size_t unsent_bytes = 0;

 private:
  void CloseAfter(absl::Duration limit);
  asio::awaitable<bool> Begin();
  asio::awaitable<bool> ReadRequest(std::string& request);
  asio::awaitable<HttpAnswer> AnswerOf(std::string request, bool last);
  asio::awaitable<bool> Send(std::string bytes);
  asio::awaitable<void> Refuse(int status, absl::string_view why = "");

  HttpShared& shared_;
  HttpStream stream_;
  asio::steady_timer timer_;
  std::string buffer_;  // What was received and not yet handed on.
};

}  // namespace sluice::gateway
