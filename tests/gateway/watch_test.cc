// Watch: outcomes as they happen, and again from a cursor.
#include "gateway/submit/watch.h"

#include <set>
#include <thread>

#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

class WatchTest : public ServerTest {
 protected:
  void SetUp() override {
    config_.mutable_store()->set_partitions(2);
    Start();
    MakeWorld();
  }

  // A message that is accepted and then cancelled by an opt-out.
  void Cancel(int n) {
    v1::OutgoingMessage message = Commercial(Number(n));
    message.set_client_ref(std::to_string(n));
    ASSERT_EQ(SubmitOne(message).decision(), v1::DECISION_ACCEPTED);
    admin::v1::AddOptOutRequest request;
    request.set_recipient(Number(n));
    admin::v1::AddOptOutResponse response;
    ASSERT_TRUE(admin::v1::OptOutsService::NewStub(channel_)
                    ->Add(As(admin_key_).get(), request, &response)
                    .ok());
    ASSERT_EQ(response.cancelled(), 1u);
  }

  // Reads `count` events from `cursor` on.
  std::vector<v1::WatchResponse> Watch(const std::string& cursor,
                                       size_t count) {
    const auto context = As(submit_key_);
    v1::WatchRequest request;
    request.set_cursor(cursor);
    auto reader =
        v1::GatewayService::NewStub(channel_)->Watch(context.get(), request);
    std::vector<v1::WatchResponse> events;
    v1::WatchResponse event;
    while (events.size() < count && reader->Read(&event)) {
      events.push_back(event);
    }
    context->TryCancel();
    reader->Finish();
    EXPECT_EQ(events.size(), count);
    return events;
  }

  grpc::Status Fail(const std::string& key, const std::string& cursor) {
    const auto context = As(key);
    v1::WatchRequest request;
    request.set_cursor(cursor);
    auto reader =
        v1::GatewayService::NewStub(channel_)->Watch(context.get(), request);
    v1::WatchResponse event;
    EXPECT_FALSE(reader->Read(&event));
    return reader->Finish();
  }
};

std::set<std::string> RefsOf(const std::vector<v1::WatchResponse>& events) {
  std::set<std::string> refs;
  for (const auto& event : events) refs.insert(event.outcome().client_ref());
  return refs;
}

TEST_F(WatchTest, ResumesFromAnyCursor) {
  for (int i = 0; i < 8; ++i) Cancel(i);
  const std::vector<v1::WatchResponse> all = Watch("begin", 8);
  EXPECT_EQ(RefsOf(all).size(), 8u);
  for (const auto& event : all) {
    EXPECT_EQ(event.outcome().state(), v1::MESSAGE_STATE_CANCELLED);
    EXPECT_EQ(event.outcome().message_id().size(), 15u);
    ASSERT_EQ(event.outcome().reasons_size(), 1);
    EXPECT_EQ(event.outcome().reasons(0).code(), "RECIPIENT_OPTED_OUT");
  }
  for (size_t i = 0; i + 1 < all.size(); ++i) {
    const auto rest = Watch(all[i].cursor(), all.size() - i - 1);
    for (size_t j = 0; j < rest.size(); ++j) {
      EXPECT_EQ(rest[j].DebugString(), all[i + 1 + j].DebugString()) << i;
    }
  }
}

TEST_F(WatchTest, TellsWhatHappensNow) {
  Cancel(1);
  const auto context = As(submit_key_);
  auto reader = v1::GatewayService::NewStub(channel_)->Watch(context.get(), {});
  reader->WaitForInitialMetadata();
  // "From now on" begins when the server has the call; a watch that came late
  // would hang here, and the deadline would end it.
  v1::WatchResponse event;
  std::thread cancel([this] {
    for (int i = 2; i < 40; ++i) Cancel(i);
  });
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_NE(event.outcome().client_ref(), "1");
  cancel.join();
  context->TryCancel();
  reader->Finish();
}

TEST_F(WatchTest, ShowsOneAccountItsOwn) {
  store::v1::Party other;
  other.set_id("other");
  other.mutable_account()->set_name("Other");
  other.mutable_account()->set_licensee_id("lic");
  other.mutable_account()->add_content_provider_ids("bank");
  ASSERT_TRUE(Create(other).ok());
  Cancel(1);
  submit_key_ = MakeKey("other", {admin::v1::ROLE_SUBMIT});
  v1::OutgoingMessage message = Commercial(Number(2));
  message.set_on_behalf_of("bank");
  message.set_text("【江畔银行】理财节开始，详询各网点。拒收请回复R");
  message.set_client_ref("other's");
  ASSERT_EQ(SubmitOne(message).decision(), v1::DECISION_ACCEPTED);
  admin::v1::AddOptOutRequest request;
  request.set_recipient(Number(2));
  admin::v1::AddOptOutResponse response;
  ASSERT_TRUE(admin::v1::OptOutsService::NewStub(channel_)
                  ->Add(As(admin_key_).get(), request, &response)
                  .ok());
  EXPECT_EQ(Watch("begin", 1)[0].outcome().client_ref(), "other's");
}

TEST_F(WatchTest, ASlowReaderHoldsUpNobody) {
  const auto context = As(submit_key_);
  v1::WatchRequest request;
  request.set_cursor("begin");
  auto reader =
      v1::GatewayService::NewStub(channel_)->Watch(context.get(), request);
  for (int i = 0; i < 300; ++i) Cancel(i);
  std::set<std::string> refs;
  v1::WatchResponse event;
  while (refs.size() < 300 && reader->Read(&event)) {
    refs.insert(event.outcome().client_ref());
  }
  EXPECT_EQ(refs.size(), 300u);
  context->TryCancel();
  reader->Finish();
}

TEST_F(WatchTest, Refusals) {
  EXPECT_EQ(Fail("", "begin").error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Fail(admin_key_, "begin").error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Fail(submit_key_, "nonsense").error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  // Of a store with another number of partitions.
  EXPECT_EQ(Fail(submit_key_, EncodeCursor({store::RecordRef()})).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(WatchTest, ARevokedKeyEndsIt) {
  const auto context = As(submit_key_);
  auto reader = v1::GatewayService::NewStub(channel_)->Watch(context.get(), {});
  admin::v1::RevokeKeyRequest revoke;
  revoke.set_id(submit_key_.substr(4, 10));
  revoke.set_reason("test");
  admin::v1::ApiKey revoked;
  ASSERT_TRUE(admin::v1::RegistryService::NewStub(channel_)
                  ->RevokeKey(As(admin_key_).get(), revoke, &revoked)
                  .ok());
  v1::WatchResponse event;
  EXPECT_FALSE(reader->Read(&event));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(WatchTest, AStopEndsIt) {
  const auto context = As(submit_key_);
  auto reader = v1::GatewayService::NewStub(channel_)->Watch(context.get(), {});
  // The server has it once a cancelled message has come through.
  std::thread cancel([this] {
    for (int i = 0; i < 20; ++i) Cancel(i);
  });
  v1::WatchResponse event;
  ASSERT_TRUE(reader->Read(&event));
  cancel.join();
  server_->Stop();
  while (reader->Read(&event)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace sluice::gateway
