// sluicectl link, against a server of fake links.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "tests/tools/fake_server.h"

namespace sluice::ctl {
namespace {

class FakeOperations final : public admin::v1::OperationsService::Service {
 public:
  grpc::Status ListLinks(grpc::ServerContext*,
                         const admin::v1::ListLinksRequest*,
                         admin::v1::ListLinksResponse* response) override {
    *response = links;
    return grpc::Status::OK;
  }

  admin::v1::ListLinksResponse links;
};

class LinkCommands : public testing::Test {
 protected:
  // A link that is paused, and one that has never connected.
  void AddLinks() {
    admin::v1::CarrierLink& paused = *operations_.links.add_links();
    paused.set_name("beijing");
    paused.set_state(admin::v1::LINK_STATE_PAUSED);
    paused.mutable_since_time()->set_seconds(1'800'000'000);
    paused.set_why("the carrier refused 16 of the last 16 messages");
    paused.set_version("CMPP 3.0");
    paused.add_carriers("mobile");
    paused.set_window_used(3);
    paused.set_window(16);
    paused.set_segments_per_second(0.5);
    admin::v1::WaitingMessages& waiting = *paused.add_waiting();
    waiting.set_message_class(v1::MESSAGE_CLASS_NOTICE);
    waiting.set_messages(1'234);
    paused.mutable_answer_time_median()->set_nanos(12'000'000);
    paused.mutable_answer_time_p95()->set_seconds(1);
    admin::v1::CodeCount& refused = *paused.add_results();
    refused.set_code("10");
    refused.set_meaning("Src_Id is wrong");
    refused.set_count(188);
    admin::v1::CodeCount& rest = *paused.add_results();
    rest.set_count(2);
    paused.set_unmatched_reports(1);
    admin::v1::CarrierLink& down = *operations_.links.add_links();
    down.set_name("gd");
    down.set_state(admin::v1::LINK_STATE_DOWN);
    down.set_why("connecting: Connection refused");
  }

  FakeOperations operations_;
  FakeServer server_{&operations_};
};

TEST_F(LinkCommands, ListHasALineForEachLinkAndDetails) {
  AddLinks();
  const Output list = server_.Run({"link", "list"});
  ASSERT_EQ(list.code, 0) << list.err;
  for (const char* text :
       {"CMPP 3.0", "3 of 16", "0.5/s", "1,234", "12 / 1000 ms",
        "beijing: PAUSED since 2027-01-15",
        "why      the carrier refused 16 of the last 16 messages",
        "waiting  NOTICE 1,234",
        "answers  188 with 10 (Src_Id is wrong), 2 with other codes",
        "1 report of unknown messages", "no limit",
        "why      connecting: Connection refused"}) {
    EXPECT_TRUE(absl::StrContains(list.out, text)) << text << "\n" << list.out;
  }
}

TEST_F(LinkCommands, JsonHasALineForEachLink) {
  AddLinks();
  const Output list = server_.Run({"link", "list", "--json"});
  ASSERT_EQ(list.code, 0) << list.err;
  EXPECT_EQ(std::count(list.out.begin(), list.out.end(), '\n'), 2);
  EXPECT_TRUE(absl::StrContains(list.out, "LINK_STATE_PAUSED")) << list.out;
}

TEST_F(LinkCommands, WithoutLinksTheListSaysSo) {
  EXPECT_EQ(server_.Run({"link", "list"}).out,
            "No carrier link is configured: accepted messages wait.\n");
}

TEST_F(LinkCommands, HelpEndsWithAnExample) {
  EXPECT_TRUE(absl::StrContains(server_.Run({"link", "list", "--help"}).out,
                                "sluicectl link list --json"));
}

}  // namespace
}  // namespace sluice::ctl
