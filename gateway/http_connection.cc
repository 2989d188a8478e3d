#include "gateway/http_connection.h"

#include <array>
#include <chrono>
#include <system_error>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "asio/buffer.hpp"
#include "asio/co_spawn.hpp"
#include "asio/read.hpp"
#include "asio/read_until.hpp"
#include "asio/write.hpp"
#include "gateway/http_framing.h"
#include "gateway/link/await.h"

namespace sluice::gateway {
namespace {

using asio::ip::tcp;
using link::kAwait;

// For a caller who still sends to read why it was refused.
constexpr absl::Duration kFarewell = absl::Seconds(1);
constexpr size_t kFarewellBytesMax = 1 << 20;

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

std::string Refusal(int status, bool close, absl::string_view why = "") {
  return absl::StrCat("HTTP/1.1 ", status, " ", ReasonOf(status),
                      "\r\nContent-Length: ", why.size(), "\r\n",
                      status == 503 ? "Retry-After: 1\r\n" : "",
                      why.empty() ? "" : "Content-Type: text/plain\r\n",
                      close ? "Connection: close\r\n" : "", "\r\n", why);
}

}  // namespace

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
  shared_.room.Unlist(*this);
  shared_.room.RemoveAnswer(*this);
  std::error_code none;
  timer_.cancel(none);
  stream_.socket().close(none);
}

// TLS, if any, within the time of the first head. Returns false when there is
// none to speak to.
asio::awaitable<bool> HttpConnection::Begin() {
  const HttpStream::Begin begin = co_await stream_.Handshake();
  if (begin == HttpStream::Begin::kPlaintext) {
    co_await Refuse(400, "this port speaks HTTPS: use https://\n");
  }
  co_return begin == HttpStream::Begin::kDone;
}

// Returns false when the connection has ended or was refused.
asio::awaitable<bool> HttpConnection::ReadRequest(std::string& request) {
  const auto [error, head_size] = co_await asio::async_read_until(
      stream_, asio::dynamic_buffer(buffer_, shared_.bounds.head_bytes_max),
      kHeadEnd, kAwait);
  if (error == asio::error::not_found) {
    co_await Refuse(431);
    co_return false;
  }
  if (error) co_return false;
  const HttpFrame frame =
      FrameOf(absl::string_view(buffer_).substr(0, head_size),
              shared_.bounds.body_bytes_max);
  if (frame.refusal != 0) {
    co_await Refuse(frame.refusal);
    co_return false;
  }
  const size_t size = head_size + frame.body_bytes;
  if (buffer_.size() < size) {
    CloseAfter(shared_.bounds.body);
    const size_t had = buffer_.size();
    buffer_.resize(size);
    const auto [cut, read] = co_await asio::async_read(
        stream_, asio::buffer(buffer_.data() + had, size - had), kAwait);
    if (cut) co_return false;
  }
  request = buffer_.substr(0, size);
  buffer_.erase(0, size);
  HideRanges(request, head_size);
  co_return true;
}

asio::awaitable<HttpAnswer> HttpConnection::AnswerOf(std::string request,
                                                     bool last) {
  if (IsForHealth(request)) {
    co_return shared_.respond(std::move(request), last);
  }
  if (shared_.waiting >= shared_.bounds.waiting_max) {
    co_return HttpAnswer{Refusal(503, last), last};
  }
  ++shared_.waiting;
  shared_.room.Unlist(*this);
  std::error_code none;
  timer_.cancel(none);
  // The coroutine that asks goes on here, on the front's thread.
  const auto respond =
      [&shared = shared_, last,
       request = std::move(request)]() -> asio::awaitable<HttpAnswer> {
    co_return shared.respond(request, last);
  };
  auto [failed, answer] =
      co_await asio::co_spawn(shared_.workers, respond, kAwait);
  --shared_.waiting;
  if (failed) co_return HttpAnswer{Refusal(503, true), true};
  if (shared_.stopping) {
    Close();
  } else if (stream_.socket().is_open()) {
    shared_.room.List(*this);
  }
  co_return std::move(answer);
}

// Returns false when the caller did not take all of it.
asio::awaitable<bool> HttpConnection::Send(std::string bytes) {
  CloseAfter(shared_.bounds.answer);
  shared_.room.AddAnswer(*this, bytes.size());
  const auto [error, sent] =
      co_await asio::async_write(stream_, asio::buffer(bytes), kAwait);
  shared_.room.RemoveAnswer(*this);
  co_return !error;
}

// Refuses what the caller sends. Closing a socket that has unread bytes would
// reset the connection, and the caller would lose the answer.
asio::awaitable<void> HttpConnection::Refuse(int status,
                                             absl::string_view why) {
  std::string().swap(buffer_);
  if (!co_await Send(Refusal(status, /*close=*/true, why))) co_return;
  CloseAfter(kFarewell);
  std::error_code none;
  tcp::socket& socket = stream_.socket();
  socket.shutdown(tcp::socket::shutdown_send, none);
  std::array<char, 4096> ignored;
  for (size_t read = 0; read < kFarewellBytesMax;) {
    const auto [error, size] =
        co_await socket.async_read_some(asio::buffer(ignored), kAwait);
    if (error) co_return;
    read += size;
  }
}

asio::awaitable<void> HttpConnection::Serve() {
  const size_t requests_max = shared_.bounds.requests_per_connection_max;
  CloseAfter(shared_.bounds.head);
  if (!co_await Begin()) co_return;
  std::string request;
  for (size_t served = 1; co_await ReadRequest(request); ++served) {
    HttpAnswer answer = co_await AnswerOf(std::move(request),
                                          /*last=*/served >= requests_max);
    if (!co_await Send(std::move(answer.bytes))) break;
    if (answer.close) {
      CloseAfter(kFarewell);
      co_await stream_.SayGoodbye();
      break;
    }
    if (!place) break;  // Closed meanwhile.
    shared_.room.List(*this);
    CloseAfter(shared_.bounds.head);
  }
}

}  // namespace sluice::gateway
