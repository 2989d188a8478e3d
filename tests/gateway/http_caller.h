#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace sluice::gateway {

// A connection whose other side is a test. Its own errors are answers: the
// server may close it at any time.
class HttpCaller {
 public:
  explicit HttpCaller(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at = {};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<uint16_t>(port));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval limit = {10, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&at),
                           sizeof(at)) == 0;
  }
  HttpCaller(HttpCaller&& other) noexcept
      : socket_(other.socket_), connected_(other.connected_) {
    other.socket_ = -1;
  }
  ~HttpCaller() {
    if (socket_ >= 0) close(socket_);
  }

  bool connected() const { return connected_; }
  int socket() const { return socket_; }

  bool Send(absl::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent =
          ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  void EndSending() { shutdown(socket_, SHUT_WR); }

  // Everything up to the end of the connection.
  std::string ReadAll() {
    std::string all;
    char bytes[4096];
    for (ssize_t size; (size = recv(socket_, bytes, sizeof(bytes), 0)) > 0;) {
      all.append(bytes, static_cast<size_t>(size));
    }
    return all;
  }
  // Up to `end`, or to the end of the connection.
  std::string ReadTo(absl::string_view end) {
    std::string read;
    for (char c; !absl::EndsWith(read, end) && recv(socket_, &c, 1, 0) == 1;) {
      read.push_back(c);
    }
    return read;
  }
  // Whether the server has closed the connection.
  bool Closed() {
    char c;
    const ssize_t size = recv(socket_, &c, 1, MSG_DONTWAIT | MSG_PEEK);
    return size == 0 || (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
  }

 private:
  int socket_;
  bool connected_;
};

}  // namespace sluice::gateway
