#include "gateway/http_stream.h"

#include <openssl/err.h>

#include "asio/ssl/error.hpp"
#include "gateway/link/await.h"

namespace sluice::gateway {
namespace {

using link::kAwait;

bool IsPlainHttp(const std::error_code& error) {
  const auto code = static_cast<unsigned long>(error.value());
  return error.category() == asio::error::get_ssl_category() &&
         ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST;
}

}  // namespace

HttpStream::HttpStream(asio::ip::tcp::socket socket, SSL_CTX* tls)
    : socket_(std::move(socket)) {
  if (tls == nullptr) return;
  SSL* const session = SSL_new(tls);  // The stream frees it.
  has_no_session_ = session == nullptr;
  if (!has_no_session_) tls_.emplace(socket_, session);
}

asio::awaitable<HttpStream::Begin> HttpStream::Handshake() {
  if (has_no_session_) co_return Begin::kFailed;
  if (!tls_) co_return Begin::kDone;
  const auto [error] =
      co_await tls_->async_handshake(asio::ssl::stream_base::server, kAwait);
  if (!error) co_return Begin::kDone;
  if (!IsPlainHttp(error)) co_return Begin::kFailed;
  tls_.reset();
  co_return Begin::kPlaintext;
}

asio::awaitable<void> HttpStream::SayGoodbye() {
  if (tls_) co_await tls_->async_shutdown(kAwait);
}

}  // namespace sluice::gateway
