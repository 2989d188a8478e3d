#include "gateway/entry/peer_name.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace sluice::gateway {
namespace {

std::string Text(int family, const void* address) {
  char text[INET6_ADDRSTRLEN] = {};
  return inet_ntop(family, address, text, sizeof(text)) != nullptr ? text : "";
}

// The IPv4 address in an address such as ::ffff:192.0.2.1, which a socket for
// both families gives; null if it is none.
const void* MappedIpv4(const sockaddr_in6& v6) {
  return IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) ? v6.sin6_addr.s6_addr + 12
                                             : nullptr;
}

}  // namespace

std::string PeerName(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return absl::StrCat("ipv4:", Text(AF_INET, &v4.sin_addr), ":",
                        ntohs(v4.sin_port));
  }
  if (address.ss_family != AF_INET6) return "";
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  const uint16_t port = ntohs(v6.sin6_port);
  if (const void* v4 = MappedIpv4(v6)) {
    return absl::StrCat("ipv4:", Text(AF_INET, v4), ":", port);
  }
  const std::string scope =
      v6.sin6_scope_id == 0 ? "" : absl::StrCat("%25", v6.sin6_scope_id);
  return absl::StrCat("ipv6:%5B", Text(AF_INET6, &v6.sin6_addr), scope,
                      "%5D:", port);
}

std::string NetworkOf(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    return Text(AF_INET,
                &reinterpret_cast<const sockaddr_in&>(address).sin_addr);
  }
  if (address.ss_family != AF_INET6) return "";
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  if (const void* v4 = MappedIpv4(v6)) return Text(AF_INET, v4);
  in6_addr network = v6.sin6_addr;
  for (int i = 8; i < 16; ++i) network.s6_addr[i] = 0;
  return absl::StrCat(Text(AF_INET6, &network), "/64");
}

}  // namespace sluice::gateway
