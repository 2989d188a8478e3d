// Cancel and GetMessage: a sender's own messages, and no other account's.
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

constexpr char kHeldText[] = "【云杉超市】会员日回T领取好礼一份。拒收请回复R";

class MessageCallsTest : public ServerTest {
 protected:
  void SetUp() override {
    config_.mutable_store()->set_partitions(2);
    Start();
    MakeWorld();
  }

  grpc::Status Cancel(const v1::CancelRequest& request,
                      v1::CancelResponse* response) {
    return v1::GatewayService::NewStub(channel_)->Cancel(As(submit_key_).get(),
                                                         request, response);
  }
  v1::CancelResult CancelOne(const std::string& id) {
    v1::CancelRequest request;
    request.add_messages()->set_message_id(id);
    v1::CancelResponse response;
    const grpc::Status status = Cancel(request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    if (response.results_size() != 1) return {};
    return response.results(0);
  }

  grpc::Status Get(const v1::MessageName& name,
                   v1::GetMessageResponse* response) {
    v1::GetMessageRequest request;
    *request.mutable_message() = name;
    return v1::GatewayService::NewStub(channel_)->GetMessage(
        As(submit_key_).get(), request, response);
  }
  v1::GetMessageResponse GetOne(const std::string& id) {
    v1::MessageName name;
    name.set_message_id(id);
    v1::GetMessageResponse response;
    const grpc::Status status = Get(name, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  void BecomeAnotherAccount() {
    store::v1::Party other;
    other.set_id("other");
    other.mutable_account()->set_name("Other");
    other.mutable_account()->set_licensee_id("lic");
    other.mutable_account()->add_content_provider_ids("shop");
    ASSERT_TRUE(Create(other).ok());
    submit_key_ = MakeKey("other", {admin::v1::ROLE_SUBMIT});
  }
};

TEST_F(MessageCallsTest, CancelsWhatWaitsAndNothingElse) {
  v1::OutgoingMessage later = Notice(Number(2));
  later.mutable_send_after()->set_seconds(absl::ToUnixSeconds(clock_.Now()) +
                                          3600);
  v1::CancelRequest request;
  for (const v1::Verdict& verdict :
       {SubmitOne(Notice(Number(1))), SubmitOne(later),
        SubmitOne(Message(Number(3), v1::MESSAGE_CLASS_COMMERCIAL, kHeldText)),
        SubmitOne(Notice("12345"))}) {
    request.add_messages()->set_message_id(verdict.message_id());
  }
  v1::CancelResponse response;
  ASSERT_TRUE(Cancel(request, &response).ok());
  ASSERT_EQ(response.results_size(), 4);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(response.results(i).outcome(), v1::CANCEL_OUTCOME_CANCELLED);
    EXPECT_EQ(response.results(i).state(), v1::MESSAGE_STATE_CANCELLED);
    EXPECT_EQ(response.results(i).message_id(),
              request.messages(i).message_id());
  }
  EXPECT_EQ(response.results(3).outcome(), v1::CANCEL_OUTCOME_TOO_LATE);
  EXPECT_EQ(response.results(3).state(), v1::MESSAGE_STATE_REJECTED);

  // A second call does nothing, also after a restart.
  Restart();
  const v1::CancelResult again = CancelOne(request.messages(0).message_id());
  EXPECT_EQ(again.outcome(), v1::CANCEL_OUTCOME_TOO_LATE);
  EXPECT_EQ(again.state(), v1::MESSAGE_STATE_CANCELLED);
}

// Whatever the number of well-formed names before the malformed one.
TEST_F(MessageCallsTest, AMalformedNameCancelsNothing) {
  constexpr int kMoreThanABatch = 300;
  v1::SubmitRequest submit;
  for (int i = 0; i < kMoreThanABatch; ++i) {
    *submit.add_messages() = Notice(Number(i));
  }
  v1::SubmitResponse taken;
  ASSERT_TRUE(Submit(submit, &taken).ok());
  v1::CancelRequest request;
  for (const v1::Verdict& verdict : taken.verdicts()) {
    request.add_messages()->set_message_id(verdict.message_id());
  }
  ASSERT_EQ(request.messages_size(), kMoreThanABatch);
  request.add_messages()->set_message_id("no id");
  v1::CancelResponse response;
  const grpc::Status status = Cancel(request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(GetOne(request.messages(0).message_id()).state(),
            v1::MESSAGE_STATE_QUEUED);
  request.mutable_messages()->RemoveLast();
  ASSERT_TRUE(Cancel(request, &response).ok());
  for (const v1::CancelResult& result : response.results()) {
    EXPECT_EQ(result.outcome(), v1::CANCEL_OUTCOME_CANCELLED);
  }
}

TEST_F(MessageCallsTest, ACancelledMessageGivesItsChargeBack) {
  // The limit is one a minute.
  const v1::OutgoingMessage code =
      Message(Number(1), v1::MESSAGE_CLASS_VERIFICATION, kCodeText);
  const v1::Verdict first = SubmitOne(code);
  ASSERT_EQ(first.decision(), v1::DECISION_ACCEPTED);
  ASSERT_EQ(SubmitOne(code).decision(), v1::DECISION_REJECTED);
  ASSERT_EQ(CancelOne(first.message_id()).outcome(),
            v1::CANCEL_OUTCOME_CANCELLED);
  EXPECT_EQ(SubmitOne(code).decision(), v1::DECISION_ACCEPTED);
}

TEST_F(MessageCallsTest, FindsByKeyAndRecipient) {
  v1::OutgoingMessage message = Notice(Number(1));
  message.set_key("order-1");
  message.set_client_ref("ref-1");
  const v1::Verdict verdict = SubmitOne(message);
  v1::MessageName name;
  name.set_key("order-1");
  name.set_recipient(Number(1));
  v1::GetMessageResponse got;
  ASSERT_TRUE(Get(name, &got).ok());
  EXPECT_EQ(got.verdict().DebugString(), verdict.DebugString());
  EXPECT_EQ(got.state(), v1::MESSAGE_STATE_QUEUED);
  EXPECT_EQ(got.key(), "order-1");
  EXPECT_EQ(got.client_ref(), "ref-1");
  EXPECT_EQ(got.content_provider_id(), "shop");
  EXPECT_EQ(got.events_size(), 0);

  v1::CancelRequest request;
  *request.add_messages() = name;
  name.set_key("order-2");
  *request.add_messages() = name;
  v1::CancelResponse response;
  ASSERT_TRUE(Cancel(request, &response).ok());
  EXPECT_EQ(response.results(0).outcome(), v1::CANCEL_OUTCOME_CANCELLED);
  EXPECT_EQ(response.results(0).message_id(), verdict.message_id());
  EXPECT_EQ(response.results(1).outcome(), v1::CANCEL_OUTCOME_NOT_FOUND);
  got = GetOne(verdict.message_id());
  EXPECT_EQ(got.state(), v1::MESSAGE_STATE_CANCELLED);
  ASSERT_EQ(got.events_size(), 1);
  EXPECT_EQ(got.events(0).state(), v1::MESSAGE_STATE_CANCELLED);
}

TEST_F(MessageCallsTest, AnotherAccountsMessagesAreNotFound) {
  v1::OutgoingMessage message = Notice(Number(1));
  message.set_key("order-1");
  const std::string id = SubmitOne(message).message_id();
  const std::string sender = submit_key_;
  BecomeAnotherAccount();
  EXPECT_EQ(CancelOne(id).outcome(), v1::CANCEL_OUTCOME_NOT_FOUND);
  v1::MessageName name;
  name.set_message_id(id);
  v1::GetMessageResponse got;
  EXPECT_EQ(Get(name, &got).error_code(), grpc::StatusCode::NOT_FOUND);
  name.clear_message_id();
  name.set_key("order-1");
  name.set_recipient(Number(1));
  EXPECT_EQ(Get(name, &got).error_code(), grpc::StatusCode::NOT_FOUND);
  submit_key_ = sender;
  EXPECT_EQ(GetOne(id).state(), v1::MESSAGE_STATE_QUEUED);
}

TEST_F(MessageCallsTest, MalformedCalls) {
  v1::CancelResponse cancelled;
  v1::CancelRequest request;
  EXPECT_EQ(Cancel(request, &cancelled).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  for (int i = 0; i < 1001; ++i) request.add_messages();
  EXPECT_EQ(Cancel(request, &cancelled).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  v1::GetMessageResponse got;
  v1::MessageName name;
  EXPECT_EQ(Get(name, &got).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  name.set_message_id("nonsense");
  EXPECT_EQ(Get(name, &got).error_message(),
            "message.message_id: not a message id: one has 15 capital letters "
            "and digits, such as 00000000A4F0001");
  name.set_key("order-1");
  EXPECT_EQ(Get(name, &got).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  submit_key_ = admin_key_;
  EXPECT_EQ(Get(name, &got).error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

}  // namespace
}  // namespace sluice::gateway
