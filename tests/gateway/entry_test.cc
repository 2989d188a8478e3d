// What decides who gets in: names of connections, and requests that do not
// parse. tests/attack has the floods.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <string>

#include "absl/strings/match.h"
#include "gateway/entry/malformed.h"
#include "gateway/entry/peer_name.h"
#include "rules/base/error_reason.h"
#include "sluice/admin/v1/registry.pb.h"

namespace sluice::gateway {
namespace {

sockaddr_storage Address(const std::string& text, uint16_t port) {
  sockaddr_storage address = {};
  auto& v4 = reinterpret_cast<sockaddr_in&>(address);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
  // Both families have the port in the same place.
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    address.ss_family = AF_INET;
  } else {
    address.ss_family = AF_INET6;
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr), 1) << text;
  }
  return address;
}

TEST(PeerName, IsWhatGrpcCallsIt) {
  for (const auto& [text, name, network] :
       {std::tuple("192.0.2.1", "ipv4:192.0.2.1:40000", "192.0.2.1"),
        {"::ffff:192.0.2.1", "ipv4:192.0.2.1:40000", "192.0.2.1"},
        {"2001:db8:1:2:3:4:5:6", "ipv6:%5B2001:db8:1:2:3:4:5:6%5D:40000",
         "2001:db8:1:2::/64"},
        {"::1", "ipv6:%5B::1%5D:40000", "::/64"}}) {
    EXPECT_EQ(PeerName(Address(text, 40'000)), name);
    EXPECT_EQ(NetworkOf(Address(text, 40'000)), network);
  }
}

const google::protobuf::Descriptor& CreateLicensee() {
  return *admin::v1::CreateLicenseeRequest::descriptor();
}

TEST(CheckParses, SaysWhichTextIsNotUtf8) {
  admin::v1::CreateLicenseeRequest request;
  request.mutable_licensee()->set_name("\u6cb3");
  std::string bytes = request.SerializeAsString();
  EXPECT_TRUE(CheckParses(CreateLicensee(), bytes).ok());
  bytes.back() = 'x';  // The last octet of the letter's three.
  const absl::Status status = CheckParses(CreateLicensee(), bytes);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FieldOf(status), "licensee.name");
  EXPECT_TRUE(absl::StrContains(status.message(), "UTF-8")) << status;
}

TEST(CheckParses, NamesTheMessageThatItShouldBe) {
  for (const absl::string_view bytes : {"\xff\xff\xff", "\x0a\x7f\x31"}) {
    const absl::Status status = CheckParses(CreateLicensee(), bytes);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(status.message(),
                                  "sluice.admin.v1.CreateLicenseeRequest"))
        << status;
  }
}

}  // namespace
}  // namespace sluice::gateway
