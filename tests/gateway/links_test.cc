// The carrier links on a whole server: what operators and load balancers are
// told of a link that cannot connect.
#include <httplib.h>

#include <string>

#include "absl/strings/match.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

class LinksTest : public ServerTest {
 protected:
  void SetUp() override {
    config_.mutable_listen()->set_http_address("127.0.0.1:0");
    with_links_ = true;
    config::v1::LinkConfig& link = *config_.mutable_links(0);
    link.set_name("nowhere");
    link.set_port(1);  // Nobody listens there.
    link.clear_carriers();
    link.add_carriers("mobile");
    Start();
  }

  grpc::Status List(const std::string& key,
                    admin::v1::ListLinksResponse* links) {
    return admin::v1::OperationsService::NewStub(channel_)->ListLinks(
        As(key).get(), {}, links);
  }
};

TEST_F(LinksTest, ALinkThatCannotConnectSaysWhy) {
  admin::v1::ListLinksResponse response;
  ASSERT_TRUE(WaitFor("the link has tried to connect", [&] {
    response.Clear();
    EXPECT_TRUE(List(admin_key_, &response).ok());
    return response.links_size() == 1 &&
           absl::StrContains(response.links(0).why(), "refused");
  }));
  const admin::v1::CarrierLink& link = response.links(0);
  EXPECT_EQ(link.name(), "nowhere");
  EXPECT_EQ(link.state(), admin::v1::LINK_STATE_DOWN);
  EXPECT_GT(link.since_time().seconds(), 0);
  EXPECT_EQ(link.window(), 1u);  // Answers open it.
  ASSERT_EQ(link.carriers_size(), 1);
  EXPECT_EQ(link.carriers(0), "mobile");
  const std::string sender = MakeKey("", {admin::v1::ROLE_OFFICER});
  EXPECT_TRUE(List(sender, &response).ok());
  EXPECT_EQ(List("", &response).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(LinksTest, TheServerIsNotReadyAndWarnsOfUnservedCarriers) {
  httplib::Client http("127.0.0.1", server_->http_port());
  const auto ready = http.Get("/readyz");
  ASSERT_TRUE(ready);
  EXPECT_EQ(ready->status, 503);
  EXPECT_TRUE(absl::StartsWith(ready->body,
                               "no carrier link can send: nowhere is down ("))
      << ready->body;
  EXPECT_TRUE(
      absl::StrContains(ready->body, "\nwarning: no link serves the carriers"))
      << ready->body;
  const auto metrics = http.Get("/metrics");
  ASSERT_TRUE(metrics);
  EXPECT_TRUE(absl::StrContains(metrics->body,
                                "sluice_link_paused{link=\"nowhere\"} 0"));
}

}  // namespace
}  // namespace sluice::gateway
