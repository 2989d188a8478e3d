#include "gateway/host_port.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace sluice::gateway {
namespace {

bool IsLoopbackV4(const in_addr& address) {
  return ntohl(address.s_addr) >> 24 == 127;
}

// Whether this machine resolves `name`, and to loopback addresses only.
bool ResolvesToLoopback(const std::string& name) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0) return false;
  bool all = true;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(one->ai_addr);
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(one->ai_addr);
    all = all && (one->ai_family == AF_INET
                      ? IsLoopbackV4(v4->sin_addr)
                      : one->ai_family == AF_INET6 &&
                            IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr));
  }
  freeaddrinfo(found);
  return all;
}

// Only what can be nothing else: an address written in full, of 127.0.0.0/8 or
// ::1, or the name localhost. Shortened and mapped addresses (127.1,
// ::ffff:127.0.0.1) and all other names are not loopback, whatever they resolve
// to now.
bool IsLoopback(const std::string& host) {
  in_addr v4 = {};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return IsLoopbackV4(v4);
  in6_addr v6 = {};
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) {
    return IN6_IS_ADDR_LOOPBACK(&v6);
  }
  return host == "localhost" && ResolvesToLoopback(host);
}

// Whether `host` has only characters of names and IPv4 addresses or, in
// brackets, of IPv6 addresses with a zone. A NUL or an @ could make the library
// that connects see another host.
bool IsHost(absl::string_view host, bool bracketed) {
  for (const char c : host) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) continue;
    if (absl::StrContains(bracketed ? "-._:%" : "-._", c)) continue;
    return false;
  }
  return !host.empty() && bracketed == absl::StrContains(host, ':');
}

// The addresses of `host` as this machine sees it, in octets: 4 or 16.
std::vector<std::string> AddressesOf(const std::string& host) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  std::vector<std::string> addresses;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {host};
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(one->ai_addr);
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(one->ai_addr);
    if (one->ai_family == AF_INET) {
      addresses.emplace_back(reinterpret_cast<const char*>(&v4->sin_addr), 4);
    } else if (one->ai_family == AF_INET6) {
      addresses.emplace_back(reinterpret_cast<const char*>(&v6->sin6_addr), 16);
    }
  }
  freeaddrinfo(found);
  return addresses;
}

// 0.0.0.0 or ::, which stand for all addresses.
bool IsAny(const std::string& address) {
  return std::all_of(address.begin(), address.end(),
                     [](char c) { return c == 0; });
}

}  // namespace

absl::StatusOr<HostPort> ParseHostPort(absl::string_view address) {
  const absl::Status bad = absl::InvalidArgumentError(absl::StrCat(
      "'", address, "' is not host:port, such as 127.0.0.1:7430 or [::1]:0"));
  const size_t colon = address.rfind(':');
  if (colon == absl::string_view::npos || colon == 0) return bad;
  absl::string_view host = address.substr(0, colon);
  uint32_t port = 0;
  if (!absl::SimpleAtoi(address.substr(colon + 1), &port) || port > 65'535) {
    return bad;
  }
  const bool bracketed =
      absl::ConsumePrefix(&host, "[") && absl::ConsumeSuffix(&host, "]");
  if (!IsHost(host, bracketed)) return bad;
  return HostPort{std::string(host), static_cast<uint16_t>(port),
                  IsLoopback(std::string(host))};
}

bool Overlap(const HostPort& a, const HostPort& b) {
  if (a.port == 0 || a.port != b.port) return false;
  for (const std::string& one : AddressesOf(a.host)) {
    for (const std::string& other : AddressesOf(b.host)) {
      // A listener on :: takes the connections of IPv4, too.
      if (one == other || IsAny(one) || IsAny(other)) return true;
    }
  }
  return false;
}

}  // namespace sluice::gateway
