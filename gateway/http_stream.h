#pragma once

// The bytes of one connection of the HTTP port: plaintext, or within TLS. A
// stream as asio's own, so that asio::async_read() and its like work on it.

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "asio/awaitable.hpp"
#include "asio/ip/tcp.hpp"
#include "asio/ssl/stream.hpp"

namespace sluice::gateway {

// One strand.
class HttpStream {
 public:
  using executor_type = asio::ip::tcp::socket::executor_type;

  // `tls` null: plaintext.
  HttpStream(asio::ip::tcp::socket socket, SSL_CTX* tls);

  executor_type get_executor() { return socket_.get_executor(); }
  asio::ip::tcp::socket& socket() { return socket_; }

  // How TLS begins. The other calls wait for kDone.
  enum class Begin {
    kDone,       // At once for plaintext.
    kPlaintext,  // The caller speaks HTTP without TLS; so does the stream now.
    kFailed,     // Also when OpenSSL has no memory: never plaintext instead.
  };
  asio::awaitable<Begin> Handshake();
  // Tells the caller that nothing follows. A caller of TLS then knows that it
  // has everything.
  asio::awaitable<void> SayGoodbye();

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (tls_) {
      return tls_->async_read_some(buffers, std::forward<Token>(token));
    }
    return socket_.async_read_some(buffers, std::forward<Token>(token));
  }
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (tls_) {
      return tls_->async_write_some(buffers, std::forward<Token>(token));
    }
    return socket_.async_write_some(buffers, std::forward<Token>(token));
  }

 private:
  asio::ip::tcp::socket socket_;
  std::optional<asio::ssl::stream<asio::ip::tcp::socket&>> tls_;
  bool has_no_session_ = false;  // TLS is asked for, and `tls_` is empty.
};

}  // namespace sluice::gateway
