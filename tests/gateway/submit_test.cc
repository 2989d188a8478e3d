// Submit, SubmitStream and Check against a whole server.
#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "sluice/wire/v1/gateway.pb.h"
#include "tests/gateway/rpc_detail.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

constexpr char kSubmit[] = "/sluice.v1.GatewayService/Submit";

class SubmitTest : public ServerTest {
 protected:
  void SetUp() override {
    Start();
    MakeWorld();
  }
};

// With all rules of the shipped pack, as sluiced has them: what scans texts,
// many of them, and at the same time.
class ShippedRulesTest : public SubmitTest {
 protected:
  void SetUp() override {
    config_ = DefaultConfig();
    SubmitTest::SetUp();
  }
};

TEST_F(ShippedRulesTest, AcceptsAndSaysWhatTheRecipientWillSee) {
  const v1::Verdict verdict = SubmitOne(Notice(Number(1)));
  EXPECT_EQ(verdict.decision(), v1::DECISION_ACCEPTED) << verdict.DebugString();
  EXPECT_EQ(verdict.message_id().size(), 15u);
  EXPECT_LE(verdict.rule_set().size(), 15u);
  EXPECT_EQ(verdict.carrier(), "mobile");
  EXPECT_EQ(verdict.access_number(), "10690011");
  EXPECT_EQ(verdict.parts(), 1u);
  EXPECT_EQ(verdict.reasons_size(), 0);
}

TEST_F(SubmitTest, RejectsWithReasonsInTheCallersLanguage) {
  v1::OutgoingMessage message = Notice("12345");
  const v1::Verdict english = SubmitOne(message);
  ASSERT_EQ(english.decision(), v1::DECISION_REJECTED);
  ASSERT_GE(english.reasons_size(), 1);
  EXPECT_EQ(english.reasons(0).code(), "RECIPIENT_INVALID");
  v1::SubmitRequest request;
  *request.add_messages() = message;
  v1::SubmitResponse response;
  grpc::ClientContext plain;
  plain.AddMetadata("authorization", "Bearer " + submit_key_);
  ASSERT_TRUE(v1::GatewayService::NewStub(channel_)
                  ->Submit(&plain, request, &response)
                  .ok());
  EXPECT_NE(response.verdicts(0).reasons(0).sentence(),
            english.reasons(0).sentence());
}

TEST_F(SubmitTest, TheSameKeyGivesTheFirstVerdict) {
  v1::OutgoingMessage message = Notice(Number(2));
  message.set_key("order-7");
  const v1::Verdict first = SubmitOne(message);
  const v1::Verdict second = SubmitOne(message);
  EXPECT_EQ(first.decision(), v1::DECISION_ACCEPTED);
  EXPECT_FALSE(first.replayed());
  v1::Verdict replayed = first;
  replayed.set_replayed(true);
  EXPECT_EQ(second.DebugString(), replayed.DebugString());
  Restart();
  EXPECT_EQ(SubmitOne(message).DebugString(), replayed.DebugString());
}

TEST_F(SubmitTest, TheSameKeyForAnotherMessageIsRefused) {
  v1::OutgoingMessage message = Notice(Number(2));
  message.set_key("order-8");
  const int64_t now = absl::ToUnixSeconds(clock_.Now());
  message.mutable_expire_at()->set_seconds(now + 7200);
  ASSERT_EQ(SubmitOne(message).decision(), v1::DECISION_ACCEPTED);
  std::vector<v1::OutgoingMessage> others(4, message);
  others[0].set_text("【云杉超市】您的订单已取消，请留意查收。");
  others[1].set_message_class(v1::MESSAGE_CLASS_VERIFICATION);
  others[2].mutable_send_after()->set_seconds(now + 3600);
  others[3].mutable_expire_at()->set_seconds(now + 7201);
  for (const v1::OutgoingMessage& other : others) {
    const v1::Verdict verdict = SubmitOne(other);
    ASSERT_EQ(verdict.decision(), v1::DECISION_REJECTED);
    EXPECT_FALSE(verdict.replayed());
    EXPECT_TRUE(std::any_of(verdict.reasons().begin(), verdict.reasons().end(),
                            [](const v1::Reason& reason) {
                              return reason.code() == "MESSAGE_DUPLICATE_KEY" &&
                                     reason.field() == "key";
                            }))
        << verdict.DebugString();
  }
  EXPECT_TRUE(SubmitOne(message).replayed());
}

TEST_F(ShippedRulesTest, MalformedCalls) {
  std::string answer;
  EXPECT_EQ(CallRaw(kSubmit, "\xff\xff\xff", &answer).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CallRaw(kSubmit, "", &answer).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  v1::SubmitRequest request;
  for (int i = 0; i < 1001; ++i) *request.add_messages() = Notice(Number(i));
  v1::SubmitResponse response;
  const grpc::Status status = Submit(request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "BATCH_TOO_LARGE");
  request.mutable_messages()->RemoveLast();
  EXPECT_TRUE(Submit(request, &response).ok());
  EXPECT_EQ(response.verdicts_size(), 1000);
}

TEST_F(SubmitTest, TooManyBytes) {
  const grpc::Status status =
      CallRaw(kSubmit, std::string((4 << 20) + 1, 'x'), nullptr);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "BATCH_TOO_LARGE");
  EXPECT_EQ(FieldOf(status), "messages");
}

TEST_F(SubmitTest, OneBadByteRejectsOneMessage) {
  wire::v1::SubmitRequest request;
  const v1::OutgoingMessage good = Notice(Number(3));
  for (int i = 0; i < 3; ++i) {
    request.add_messages()->ParseFromString(good.SerializeAsString());
  }
  request.mutable_messages(1)->set_text("【云杉超市】\xe4\xb8 half");
  request.mutable_messages(0)->set_client_ref("\xff\xfe");
  std::string answer;
  ASSERT_TRUE(CallRaw(kSubmit, request.SerializeAsString(), &answer).ok());
  v1::SubmitResponse response;
  ASSERT_TRUE(response.ParseFromString(answer));
  ASSERT_EQ(response.verdicts_size(), 3);
  EXPECT_EQ(response.verdicts(1).decision(), v1::DECISION_REJECTED);
  EXPECT_EQ(response.verdicts(1).reasons(0).code(), "TEXT_NOT_UTF8");
  EXPECT_EQ(response.verdicts(2).decision(), v1::DECISION_ACCEPTED);
}

TEST_F(SubmitTest, AControlCharacterRejectsOneMessageWithItsPlace) {
  v1::SubmitRequest request;
  for (int i = 0; i < 4; ++i) *request.add_messages() = Notice(Number(i));
  request.mutable_messages(0)->set_text(
      absl::StrCat("【云杉超市】您的", std::string(1, '\0'), "订单"));
  request.mutable_messages(1)->set_text("【云杉超市】\x1b[31m您的订单");
  request.mutable_messages(2)->set_client_ref("line\nline");
  v1::SubmitResponse response;
  ASSERT_TRUE(Submit(request, &response).ok());
  ASSERT_EQ(response.verdicts_size(), 4);
  const auto reason = [&response](int i) {
    return response.verdicts(i).reasons(0);
  };
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(response.verdicts(i).decision(), v1::DECISION_REJECTED) << i;
    EXPECT_EQ(reason(i).code(), "FIELD_INVALID") << i;
    EXPECT_EQ(reason(i).rule(), "control_character") << i;
  }
  EXPECT_EQ(reason(0).field(), "text");
  EXPECT_EQ(reason(0).spans(0).begin(), 8u);
  EXPECT_EQ(reason(0).spans(0).end(), 9u);
  EXPECT_EQ(reason(1).spans(0).begin(), 6u);
  EXPECT_EQ(reason(2).field(), "client_ref");
  EXPECT_EQ(response.verdicts(3).decision(), v1::DECISION_ACCEPTED);
}

TEST_F(SubmitTest, MalformedFieldsAreNamed) {
  v1::OutgoingMessage message = Notice(Number(4));
  message.mutable_send_after()->set_nanos(-1);
  const v1::Verdict verdict = SubmitOne(message);
  ASSERT_EQ(verdict.decision(), v1::DECISION_REJECTED);
  EXPECT_EQ(verdict.reasons(0).code(), "FIELD_INVALID");
  EXPECT_EQ(verdict.reasons(0).field(), "send_after");
}

TEST_F(SubmitTest, CheckRecordsNothing) {
  v1::SubmitRequest request;
  *request.add_messages() =
      Message(Number(5), v1::MESSAGE_CLASS_VERIFICATION, kCodeText);
  // The limit is one a minute: if Check charged, the second would fail.
  for (int i = 0; i < 3; ++i) {
    v1::SubmitResponse response;
    ASSERT_TRUE(v1::GatewayService::NewStub(channel_)
                    ->Check(As(submit_key_).get(), request, &response)
                    .ok());
    EXPECT_EQ(response.verdicts(0).decision(), v1::DECISION_ACCEPTED)
        << response.DebugString();
    EXPECT_EQ(response.verdicts(0).message_id(), "");
  }
  admin::v1::GetDossierRequest dossier;
  dossier.set_recipient(Number(5));
  admin::v1::GetDossierResponse found;
  ASSERT_TRUE(admin::v1::DossierService::NewStub(channel_)
                  ->GetDossier(As(admin_key_).get(), dossier, &found)
                  .ok());
  EXPECT_EQ(found.entries_size(), 0);
}

TEST_F(SubmitTest, WithoutAKeyOrRole) {
  v1::SubmitRequest request;
  *request.add_messages() = Notice(Number(6));
  v1::SubmitResponse response;
  const std::string good = submit_key_;
  for (const std::string& bad :
       {std::string(), std::string("slk_x_y"), good + "x"}) {
    submit_key_ = bad;
    EXPECT_EQ(Submit(request, &response).error_code(),
              grpc::StatusCode::UNAUTHENTICATED);
  }
  submit_key_ = admin_key_;
  EXPECT_EQ(Submit(request, &response).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(ShippedRulesTest, StreamAnswersInOrder) {
  const auto context = As(submit_key_);
  auto stream =
      v1::GatewayService::NewStub(channel_)->SubmitStream(context.get());
  constexpr int kBatches = 60;
  std::thread writer([&] {
    for (int b = 0; b < kBatches; ++b) {
      v1::SubmitRequest request;
      request.set_batch(b + 1);
      for (int i = 0; i < 1 + b % 7 * 40; ++i) {
        *request.add_messages() = Notice(Number(b * 1000 + i));
      }
      // Some batches are malformed.
      if (b % 10 == 9) request.clear_messages();
      EXPECT_TRUE(stream->Write(request));
    }
    stream->WritesDone();
  });
  v1::SubmitResponse response;
  int batches = 0;
  while (stream->Read(&response)) {
    EXPECT_EQ(response.batch(), static_cast<uint64_t>(batches + 1));
    if (batches % 10 == 9) {
      EXPECT_EQ(response.status().code(), grpc::StatusCode::INVALID_ARGUMENT);
      EXPECT_EQ(response.verdicts_size(), 0);
    } else {
      EXPECT_FALSE(response.has_status());
      EXPECT_EQ(response.verdicts_size(), 1 + batches % 7 * 40);
    }
    ++batches;
  }
  writer.join();
  EXPECT_EQ(batches, kBatches);
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ShippedRulesTest, AStreamOutlivesACancelledOne) {
  for (int i = 0; i < 20; ++i) {
    const auto context = As(submit_key_);
    auto stream =
        v1::GatewayService::NewStub(channel_)->SubmitStream(context.get());
    v1::SubmitRequest request;
    for (int m = 0; m < 100; ++m) *request.add_messages() = Notice(Number(m));
    for (int b = 0; b < i % 6; ++b) stream->Write(request);
    context->TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_EQ(SubmitOne(Notice(Number(7))).decision(), v1::DECISION_ACCEPTED);
}

TEST_F(SubmitTest, ARevokedKeyEndsItsStream) {
  const auto context = As(submit_key_);
  auto stream =
      v1::GatewayService::NewStub(channel_)->SubmitStream(context.get());
  v1::SubmitRequest request;
  *request.add_messages() = Notice(Number(8));
  v1::SubmitResponse response;
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  admin::v1::RevokeKeyRequest revoke;
  revoke.set_id(submit_key_.substr(4, 10));
  revoke.set_reason("test");
  admin::v1::ApiKey revoked;
  ASSERT_TRUE(admin::v1::RegistryService::NewStub(channel_)
                  ->RevokeKey(As(admin_key_).get(), revoke, Into(&revoked))
                  .ok());
  EXPECT_TRUE(revoked.has_revoke_time());
  stream->Write(request);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

class OverloadTest : public ServerTest {};

TEST_F(OverloadTest, AFullInboxSaysWhenToRetry) {
  config_.mutable_limits()->set_inbox_messages_max(10);
  config_.mutable_limits()->set_retry_delay_ms(1500);
  Start();
  MakeWorld();
  v1::SubmitRequest request;
  for (int i = 0; i < 20; ++i) *request.add_messages() = Notice(Number(i));
  v1::SubmitResponse response;
  const grpc::Status status = Submit(request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(RetryInfoOf(status).retry_delay().seconds(), 1);
  EXPECT_EQ(RetryInfoOf(status).retry_delay().nanos(), 500'000'000);
  EXPECT_EQ(ReasonOf(status), "OVERLOADED");
}

TEST_F(OverloadTest, AnAccountsRateSaysWhenToRetry) {
  Start();
  for (store::v1::Party party : WorldParties()) {
    party.clear_number();
    party.clear_revision();
    if (party.has_account()) {
      party.mutable_account()->set_messages_per_second_max(1);
    }
    ASSERT_TRUE(Create(party).ok());
  }
  submit_key_ = MakeKey("acc", {admin::v1::ROLE_SUBMIT});
  v1::SubmitRequest request;
  for (int i = 0; i < 100; ++i) *request.add_messages() = Notice(Number(i));
  v1::SubmitResponse response;
  EXPECT_TRUE(Submit(request, &response).ok());
  const grpc::Status status = Submit(request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_GT(RetryInfoOf(status).retry_delay().seconds(), 90);
  EXPECT_EQ(ReasonOf(status), "RATE_LIMITED");
}

}  // namespace
}  // namespace sluice::gateway
