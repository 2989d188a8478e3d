#pragma once

// A blocking socket on loopback that exchanges octets: the other side of a link
// or of the simulator, without the code of our sessions.

#include <poll.h>

#include <chrono>
#include <string>

#include "asio/buffer.hpp"
#include "asio/io_context.hpp"
#include "asio/ip/tcp.hpp"
#include "asio/read.hpp"
#include "asio/write.hpp"
#include "gateway/link/cmpp/header.h"

namespace sluice::cmpp {

// A received PDU; `header` is that of `octets`.
struct RawPdu {
  Header header;
  std::string octets;
  absl::string_view body() const {
    return absl::string_view(octets).substr(kHeaderSize);
  }
};

class RawPeer {
 public:
  // Waits for a connection on a free port.
  RawPeer()
      : acceptor_(context_, {asio::ip::address_v4::loopback(), 0}),
        socket_(context_) {}
  // Limits the octets that the peer takes without reading. Before Accept().
  void TakeLittle() {
    acceptor_.set_option(asio::socket_base::receive_buffer_size(4096));
  }
  uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void Accept() { socket_ = acceptor_.accept(); }
  void Connect(uint16_t port) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
  }
  void Close() { socket_.close(); }

  void Write(const std::string& octets) {
    asio::write(socket_, asio::buffer(octets));
  }
  asio::ip::address remote_address() const {
    return socket_.remote_endpoint().address();
  }
  // False: the connection is gone.
  bool TryWrite(const std::string& octets) {
    asio::error_code error;
    asio::write(socket_, asio::buffer(octets), error);
    return !error;
  }
  // Accept() would return at once.
  bool HasCaller() { return HasInput(acceptor_.native_handle()); }
  // Octets have come, or the stream has ended.
  bool HasInput() { return HasInput(socket_.native_handle()); }
  // Octets that have come and were not read.
  size_t available() const { return socket_.available(); }
  // Reads until the stream ends; returns the number of octets.
  size_t Drain() {
    size_t octets = 0;
    std::string room(4096, '\0');
    asio::error_code error;
    while (!error) octets += socket_.read_some(asio::buffer(room), error);
    return octets;
  }
  // Returns empty octets at the end of the stream.
  RawPdu Read() {
    RawPdu pdu;
    asio::error_code error;
    pdu.octets.resize(kHeaderSize);
    asio::read(socket_, asio::buffer(pdu.octets), error);
    if (error) return {};
    const auto length = *ByteReader(pdu.octets).TakeBigEndian<uint32_t>();
    pdu.octets.resize(length);
    asio::read(
        socket_,
        asio::buffer(pdu.octets.data() + kHeaderSize, length - kHeaderSize),
        error);
    if (error) return {};
    pdu.header = *DecodeHeader(pdu.octets);
    return pdu;
  }

 private:
  static bool HasInput(int file) {
    pollfd one = {file, POLLIN, 0};
    return ::poll(&one, 1, 0) > 0;
  }

  asio::io_context context_;
  asio::ip::tcp::acceptor acceptor_;
  asio::ip::tcp::socket socket_;
};

}  // namespace sluice::cmpp
