#pragma once

// The names of a connection's other end.

#include <sys/socket.h>

#include <string>

namespace sluice::gateway {

// As grpc::ServerContext::peer() names it: "ipv4:192.0.2.1:40000" or
// "ipv6:%5B2001:db8::1%5D:40000". Empty for other families.
std::string PeerName(const sockaddr_storage& address);

// Who a limit per address counts for: the IPv4 address, or the /64 network of
// an IPv6 address, all of which one host may use.
std::string NetworkOf(const sockaddr_storage& address);

}  // namespace sluice::gateway
