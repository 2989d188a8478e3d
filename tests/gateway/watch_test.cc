// Watch: outcomes as they happen, and again from a cursor.
#include "gateway/submit/watch.h"

#include <filesystem>
#include <fstream>
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
                    ->AddOptOut(As(admin_key_).get(), request, &response)
                    .ok());
    ASSERT_EQ(response.cancelled(), 1u);
  }

  using Reader = grpc::ClientReader<v1::WatchResponse>;

  static v1::WatchRequest Beginning() {
    v1::WatchRequest request;
    request.set_beginning(true);
    return request;
  }
  static v1::WatchRequest From(const std::string& cursor) {
    v1::WatchRequest request;
    request.set_cursor(cursor);
    return request;
  }

  // Reads the next event; false: the watch has ended.
  static bool Next(Reader& reader, v1::WatchResponse& event) {
    while (reader.Read(&event)) {
      EXPECT_FALSE(event.cursor().empty());
      if (event.event_case() != v1::WatchResponse::EVENT_NOT_SET) return true;
    }
    return false;
  }

  std::vector<v1::WatchResponse> Watch(const v1::WatchRequest& request,
                                       size_t count) {
    const auto context = As(submit_key_);
    auto reader =
        v1::GatewayService::NewStub(channel_)->Watch(context.get(), request);
    std::vector<v1::WatchResponse> events;
    v1::WatchResponse event;
    while (events.size() < count && Next(*reader, event)) {
      events.push_back(event);
    }
    context->TryCancel();
    reader->Finish();
    EXPECT_EQ(events.size(), count);
    return events;
  }

  grpc::Status Fail(const std::string& key, const v1::WatchRequest& request) {
    const auto context = As(key);
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
  const std::vector<v1::WatchResponse> all = Watch(Beginning(), 8);
  EXPECT_EQ(RefsOf(all).size(), 8u);
  for (const auto& event : all) {
    EXPECT_EQ(event.outcome().state(), v1::MESSAGE_STATE_CANCELLED);
    EXPECT_EQ(event.outcome().message_id().size(), 15u);
    ASSERT_EQ(event.outcome().reasons_size(), 1);
    EXPECT_EQ(event.outcome().reasons(0).code(), "RECIPIENT_OPTED_OUT");
  }
  for (size_t i = 0; i + 1 < all.size(); ++i) {
    const auto rest = Watch(From(all[i].cursor()), all.size() - i - 1);
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
  // `now` is when the server has the call. A watch that begins too late would
  // hang here until its deadline.
  v1::WatchResponse event;
  std::thread cancel([this] {
    for (int i = 2; i < 40; ++i) Cancel(i);
  });
  ASSERT_TRUE(Next(*reader, event));
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
                  ->AddOptOut(As(admin_key_).get(), request, &response)
                  .ok());
  EXPECT_EQ(Watch(Beginning(), 1)[0].outcome().client_ref(), "other's");
}

TEST_F(WatchTest, ASlowReaderHoldsUpNobody) {
  const auto context = As(submit_key_);
  auto reader =
      v1::GatewayService::NewStub(channel_)->Watch(context.get(), Beginning());
  for (int i = 0; i < 300; ++i) Cancel(i);
  std::set<std::string> refs;
  v1::WatchResponse event;
  while (refs.size() < 300 && Next(*reader, event)) {
    refs.insert(event.outcome().client_ref());
  }
  EXPECT_EQ(refs.size(), 300u);
  context->TryCancel();
  reader->Finish();
}

TEST_F(WatchTest, Refusals) {
  EXPECT_EQ(Fail("", Beginning()).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Fail(admin_key_, Beginning()).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Fail(submit_key_, From("nonsense")).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  v1::WatchRequest not_now;
  not_now.set_now(false);
  EXPECT_EQ(Fail(submit_key_, not_now).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  v1::WatchRequest no_time;
  no_time.mutable_time()->set_nanos(-1);
  EXPECT_EQ(Fail(submit_key_, no_time).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  // A cursor of a store with another number of partitions.
  EXPECT_EQ(
      Fail(submit_key_, From(EncodeCursor({store::RecordRef()}))).error_code(),
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
                  ->RevokeKey(As(admin_key_).get(), revoke, Into(&revoked))
                  .ok());
  v1::WatchResponse event;
  EXPECT_FALSE(Next(*reader, event));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(WatchTest, AStopEndsIt) {
  const auto context = As(submit_key_);
  auto reader = v1::GatewayService::NewStub(channel_)->Watch(context.get(), {});
  // The server has the watch once it shows a cancelled message.
  std::thread cancel([this] {
    for (int i = 0; i < 20; ++i) Cancel(i);
  });
  v1::WatchResponse event;
  ASSERT_TRUE(Next(*reader, event));
  cancel.join();
  server_->Stop();
  while (reader->Read(&event)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(WatchTest, TellsItsCursorAtOnce) {
  Cancel(1);
  const auto context = As(submit_key_);
  auto reader = v1::GatewayService::NewStub(channel_)->Watch(context.get(), {});
  v1::WatchResponse first;
  ASSERT_TRUE(reader->Read(&first));
  EXPECT_EQ(first.event_case(), v1::WatchResponse::EVENT_NOT_SET);
  EXPECT_TRUE(first.has_time());
  context->TryCancel();
  reader->Finish();
  // No event between two watches is missed, although the first watch had none.
  Cancel(2);
  EXPECT_EQ(Watch(From(first.cursor()), 1)[0].outcome().client_ref(), "2");
}

TEST_F(WatchTest, BeginsAtATime) {
  Cancel(1);
  clock_.Advance(absl::Minutes(10));
  v1::WatchRequest request;
  request.mutable_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()));
  clock_.Advance(absl::Minutes(10));
  Cancel(2);
  EXPECT_EQ(Watch(request, 1)[0].outcome().client_ref(), "2");
}

class WatchLimitsTest : public WatchTest {
 protected:
  void SetUp() override {
    config_.mutable_limits()->set_watches_per_account_max(2);
    config_.mutable_limits()->set_watch_heartbeat_ms(10);
    WatchTest::SetUp();
  }
};

TEST_F(WatchLimitsTest, AnIdleWatchSendsItsCursor) {
  const auto context = As(submit_key_);
  auto reader = v1::GatewayService::NewStub(channel_)->Watch(context.get(), {});
  v1::WatchResponse event;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(reader->Read(&event));
    EXPECT_EQ(event.event_case(), v1::WatchResponse::EVENT_NOT_SET);
    EXPECT_FALSE(event.cursor().empty());
  }
  context->TryCancel();
  reader->Finish();
}

TEST_F(WatchLimitsTest, OneAccountLeavesRoomForOthers) {
  const auto stub = v1::GatewayService::NewStub(channel_);
  v1::WatchResponse event;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<Reader>> readers;
  const auto watch = [&] {
    contexts.push_back(As(submit_key_));
    readers.push_back(stub->Watch(contexts.back().get(), {}));
    return readers.back()->Read(&event);
  };
  EXPECT_TRUE(watch());
  EXPECT_TRUE(watch());
  EXPECT_EQ(Fail(submit_key_, {}).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  store::v1::Party other;
  other.set_id("other");
  other.mutable_account()->set_name("Other");
  other.mutable_account()->set_licensee_id("lic");
  other.mutable_account()->add_content_provider_ids("bank");
  ASSERT_TRUE(Create(other).ok());
  submit_key_ = MakeKey("other", {admin::v1::ROLE_SUBMIT});
  EXPECT_TRUE(watch());
  for (size_t i = 0; i < readers.size(); ++i) {
    contexts[i]->TryCancel();
    readers[i]->Finish();
  }
}

// One account watches a long journal from its beginning with all the watches it
// may have. The outcomes are the expensive kind: they come long after their
// messages, which must be read again to find out whose they are. Nobody sees an
// event of them, so no slow reader slows the watches down.
class WatchSharesTest : public WatchTest {
 protected:
  static constexpr int kBatches = 70;
  static constexpr int kBatch = 1000;
  static constexpr size_t kWatches = 16;

  // Submits a batch and returns the request that cancels it.
  v1::CancelRequest SubmitBatch(int batch) {
    v1::SubmitRequest request;
    for (int i = 0; i < kBatch; ++i) {
      *request.add_messages() = Notice(Number(batch * kBatch + i));
    }
    v1::SubmitResponse response;
    EXPECT_TRUE(Submit(request, &response).ok());
    v1::CancelRequest cancel;
    for (const v1::Verdict& verdict : response.verdicts()) {
      cancel.add_messages()->set_message_id(verdict.message_id());
    }
    return cancel;
  }

  void MakeLongJournal() {
    std::vector<v1::CancelRequest> cancels;
    for (int i = 0; i < kBatches; ++i) cancels.push_back(SubmitBatch(i));
    for (const v1::CancelRequest& cancel : cancels) {
      v1::CancelResponse response;
      ASSERT_TRUE(v1::GatewayService::NewStub(channel_)
                      ->Cancel(As(submit_key_).get(), cancel, &response)
                      .ok());
    }
  }

  // From now on, everything is done by another account.
  void Become(const std::string& id) {
    store::v1::Party other;
    other.set_id(id);
    other.mutable_account()->set_name(id);
    other.mutable_account()->set_licensee_id("lic");
    other.mutable_account()->add_content_provider_ids("shop");
    ASSERT_TRUE(Create(other).ok());
    submit_key_ = MakeKey(id, {admin::v1::ROLE_SUBMIT});
  }

  // Starts all watches of the account; nobody reads them.
  void Attack() {
    for (size_t i = 0; i < kWatches; ++i) {
      contexts_.push_back(As(submit_key_));
      readers_.push_back(v1::GatewayService::NewStub(channel_)->Watch(
          contexts_.back().get(), Beginning()));
      v1::WatchResponse first;
      ASSERT_TRUE(readers_.back()->Read(&first));
    }
  }
  void EndAttack() {
    for (const auto& context : contexts_) context->TryCancel();
    for (const auto& reader : readers_) reader->Finish();
  }

  // The longest time from a message's cancellation to its event, of several.
  absl::Duration SlowestEvent() {
    const auto context = As(submit_key_);
    auto reader =
        v1::GatewayService::NewStub(channel_)->Watch(context.get(), {});
    v1::WatchResponse event;
    EXPECT_TRUE(reader->Read(&event));
    absl::Duration slowest;
    for (int i = 0; i < 8; ++i) {
      Cancel(1'000'000 + i);
      const absl::Time cancelled = absl::Now();
      EXPECT_TRUE(Next(*reader, event));
      EXPECT_EQ(event.outcome().client_ref(), std::to_string(1'000'000 + i));
      slowest = std::max(slowest, absl::Now() - cancelled);
    }
    context->TryCancel();
    reader->Finish();
    return slowest;
  }

  std::vector<std::unique_ptr<grpc::ClientContext>> contexts_;
  std::vector<std::unique_ptr<Reader>> readers_;
};

TEST_F(WatchSharesTest, AnAccountFarBehindDelaysNoOther) {
  MakeLongJournal();
  Become("far-behind");
  Attack();
  Become("other");
  const absl::Duration slowest = SlowestEvent();
  EXPECT_LT(slowest, absl::Milliseconds(500));
  EndAttack();
}

// CPU time that the thread of the watches has used.
absl::Duration UsedByWatches() {
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::ifstream(task.path() / "comm") >> name;
    if (name != "watch") continue;
    int64_t used_ns = 0;
    std::ifstream(task.path() / "schedstat") >> used_ns;
    return absl::Nanoseconds(used_ns);
  }
  ADD_FAILURE() << "no thread is named watch";
  return absl::InfiniteDuration();
}

// The thread must sleep when several watches of an account have nothing left to
// read, also in a partition without a record.
TEST_F(WatchSharesTest, WatchesWithNothingToReadCostNothing) {
  Attack();
  const absl::Duration before = UsedByWatches();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_LT(UsedByWatches() - before, absl::Milliseconds(100));
  EndAttack();
}

}  // namespace
}  // namespace sluice::gateway
