// Rechecks of waiting messages after a publication, and redecisions of messages
// that a rule rejected by mistake, on a whole server with packs of its own.

#include <atomic>
#include <map>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/wire/timestamp.h"
#include "rules/pack/pack_files.h"
#include "sluice/admin/v1/holds.grpc.pb.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

constexpr char kHeldText[] = "【云杉超市】会员日回T领取好礼一份。拒收请回复R";
// Without auto_rollback: it rejects every message here.
constexpr char kRejectFruit[] =
    "  - {id: no-fruit, basis: policy, code: CONTENT_UNWANTED, words: "
    "[水果], auto_rollback: {off: true}}\n";
constexpr char kHoldFruit[] =
    "  - {id: look-at-fruit, basis: policy, code: CONTENT_UNWANTED, action: "
    "hold, words: [水果]}\n";
constexpr char kRejectGifts[] =
    "  - {id: no-gifts, basis: policy, code: CONTENT_UNWANTED, words: "
    "[好礼]}\n";

class RecheckTest : public ServerTest {
 protected:
  void SetUp() override {
    config_.mutable_store()->set_partitions(2);
    config_.mutable_rules()->set_approval(config::v1::APPROVAL_ONE_PERSON);
    Start();
    MakeWorld();
    officer_ = MakeKey("", {admin::v1::ROLE_OFFICER});
  }

  // Puts and approves the world's pack with `rules` before its own.
  uint32_t PutApproved(const std::string& rules,
                       const std::string& policy = "") {
    auto files = *rules::ReadPackFiles(WorldPack());
    admin::v1::PutDraftRequest put;
    for (admin::v1::PackFile& file : files) {
      if (file.name() == "rules.yaml") {
        file.set_content(absl::StrReplaceAll(
            file.content(), {{"\nrules:\n", "\nrules:\n" + rules}}));
      } else if (file.name() == "policy.yaml") {
        absl::StrAppend(file.mutable_content(), policy);
      }
      *put.add_files() = file;
    }
    put.set_reason("test");
    admin::v1::RuleVersion version;
    const auto rules_service = admin::v1::RulesService::NewStub(channel_);
    grpc::Status status =
        rules_service->PutDraft(As(officer_).get(), put, Into(&version));
    EXPECT_TRUE(status.ok()) << status.error_message();
    admin::v1::ApproveVersionRequest approve;
    approve.set_number(version.number());
    approve.set_reason("test");
    status = rules_service->ApproveVersion(As(officer_).get(), approve,
                                           Into(&version));
    EXPECT_TRUE(status.ok()) << status.error_message();
    return version.number();
  }

  void Publish(uint32_t number, bool recheck, int64_t at_ms = 0) {
    admin::v1::PublishVersionRequest request;
    request.set_number(number);
    request.set_reason("case 118");
    request.set_recheck_queued(recheck);
    if (at_ms != 0) SetTimestamp(at_ms, *request.mutable_planned_time());
    admin::v1::RuleVersion version;
    const grpc::Status status =
        admin::v1::RulesService::NewStub(channel_)->PublishVersion(
            As(officer_).get(), request, Into(&version));
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  // Waits for the end of the running recheck, up to a limit.
  admin::v1::RecheckProgress Rechecked() {
    admin::v1::RecheckProgress progress;
    const auto ended = WaitFor("the recheck ends", [this, &progress] {
      const grpc::Status status =
          admin::v1::RulesService::NewStub(channel_)->GetRecheckStatus(
              As(officer_).get(), {}, Into(&progress));
      EXPECT_TRUE(status.ok()) << status.error_message();
      return progress.ran() && !progress.running();
    });
    EXPECT_TRUE(ended) << progress.ShortDebugString();
    return progress;
  }

  admin::v1::MessageRecord Audit(const std::string& id) {
    admin::v1::GetMessageRequest request;
    request.set_message_id(id);
    admin::v1::MessageRecord record;
    const grpc::Status status =
        admin::v1::AuditService::NewStub(channel_)->GetMessage(
            As(officer_).get(), request, Into(&record));
    EXPECT_TRUE(status.ok()) << status.error_message();
    return record;
  }

  static v1::OutgoingMessage Held(int n) {
    return Message(Number(n), v1::MESSAGE_CLASS_COMMERCIAL, kHeldText);
  }

  grpc::Status TryRejudge(const admin::v1::RejudgeMessagesRequest& request,
                          admin::v1::RejudgeMessagesResponse* response) {
    const auto context = As(officer_);
    const auto stream =
        admin::v1::HoldsService::NewStub(channel_)->RejudgeMessages(
            context.get(), request);
    while (stream->Read(response)) {
    }
    return stream->Finish();
  }
  admin::v1::RejudgeMessagesRequest AboutFruit(bool apply) {
    admin::v1::RejudgeMessagesRequest request;
    request.set_rule("no-fruit");
    SetTimestamp(kTenInTheMorningMs, *request.mutable_start_time());
    request.mutable_max_age()->set_seconds(300);
    request.set_reason("case 118");
    request.set_apply(apply);
    return request;
  }
  admin::v1::RejudgeMessagesResponse Rejudge(bool apply) {
    admin::v1::RejudgeMessagesResponse response;
    const grpc::Status status = TryRejudge(AboutFruit(apply), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(response.refused(),
              response.accepted() + response.deferred() + response.held() +
                  response.still_refused() + response.expired() +
                  response.superseded());
    return response;
  }

  std::string officer_;
};

TEST_F(RecheckTest, OnlyWhatChangedIsRedecided) {
  const std::string queued = SubmitOne(Commercial(Number(1))).message_id();
  const std::string untouched = SubmitOne(Notice(Number(2))).message_id();
  v1::OutgoingMessage later = Commercial(Number(3));
  SetTimestamp(kTenInTheMorningMs + 3'600'000, *later.mutable_send_after());
  const std::string deferred = SubmitOne(later).message_id();
  v1::OutgoingMessage later_notice = Notice(Number(4));
  *later_notice.mutable_send_after() = later.send_after();
  const std::string deferred_notice = SubmitOne(later_notice).message_id();
  const std::string held = SubmitOne(Held(5)).message_id();
  ASSERT_EQ(Audit(deferred).state(), v1::MESSAGE_STATE_DEFERRED);

  Publish(PutApproved(kRejectFruit), /*recheck=*/true);
  const admin::v1::RecheckProgress progress = Rechecked();
  EXPECT_EQ(progress.fault(), "");
  EXPECT_EQ(progress.examined(), 5u);
  EXPECT_EQ(progress.rejected(), 2u);
  EXPECT_EQ(progress.accepted() + progress.deferred() + progress.held(), 0u);
  for (const std::string& id : {queued, deferred}) {
    const admin::v1::MessageRecord record = Audit(id);
    EXPECT_EQ(record.state(), v1::MESSAGE_STATE_REJECTED);
    ASSERT_EQ(record.events_size(), 1);
    EXPECT_EQ(record.events(0).redecision(), admin::v1::REDECISION_RECHECKED);
    EXPECT_EQ(record.events(0).explanation(), "case 118");
    EXPECT_EQ(record.events(0).reasons(0).rule(), "no-fruit");
  }
  for (const std::string& id : {untouched, deferred_notice, held}) {
    EXPECT_EQ(Audit(id).events_size(), 0) << id;
  }
  // The charges were refunded: two messages a day are free again.
  v1::OutgoingMessage other = Commercial(Number(1));
  other.set_text("【云杉超市】会员日积分加倍。拒收请回复R");
  EXPECT_EQ(SubmitOne(other).decision(), v1::DECISION_ACCEPTED);
  other.set_text("【云杉超市】新鲜蔬菜今日到店。拒收请回复R");
  EXPECT_EQ(SubmitOne(other).decision(), v1::DECISION_ACCEPTED);

  // Another recheck by the same rules changes nothing.
  admin::v1::RollbackRulesRequest rollback;
  admin::v1::RuleVersion version;
  rollback.set_reason("test");
  rollback.set_number(2);
  rollback.set_recheck_queued(true);
  ASSERT_TRUE(admin::v1::RulesService::NewStub(channel_)
                  ->RollbackRules(As(officer_).get(), rollback, Into(&version))
                  .ok());
  EXPECT_EQ(Rechecked().rejected(), 0u);
}

TEST_F(RecheckTest, HoldsAndSetsFree) {
  const std::string queued = SubmitOne(Commercial(Number(1))).message_id();
  const uint32_t holds = PutApproved(kHoldFruit);
  Publish(holds, /*recheck=*/true);
  EXPECT_EQ(Rechecked().held(), 1u);
  EXPECT_EQ(Audit(queued).state(), v1::MESSAGE_STATE_HELD);
  // After a release the next recheck does not hold it for the same reason.
  admin::v1::ReleaseHoldsRequest release;
  release.mutable_selection()->add_message_ids(queued);
  release.set_reason("fruit is fine");
  const auto context = As(officer_);
  auto stream = admin::v1::HoldsService::NewStub(channel_)->ReleaseHolds(
      context.get(), release);
  admin::v1::ReleaseHoldsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.judged().messages(0).decision(), v1::DECISION_ACCEPTED);
  ASSERT_TRUE(stream->Finish().ok());
  Publish(PutApproved(absl::StrCat(kHoldFruit, kRejectGifts)), true);
  EXPECT_EQ(Rechecked().held(), 0u);
  EXPECT_EQ(Audit(queued).state(), v1::MESSAGE_STATE_QUEUED);

  // A message is sent when the rule that held it is removed.
  const std::string other = SubmitOne(Commercial(Number(2))).message_id();
  ASSERT_EQ(Audit(other).state(), v1::MESSAGE_STATE_HELD);
  Publish(PutApproved(kRejectGifts), true);
  // The first message loses its would_reason.
  const admin::v1::RecheckProgress progress = Rechecked();
  EXPECT_EQ(progress.accepted(), 1u);
  EXPECT_EQ(progress.other_reasons(), 1u);
  EXPECT_EQ(Audit(other).state(), v1::MESSAGE_STATE_QUEUED);
}

// hold_hours count from the first hold, also when the reason changes.
TEST_F(RecheckTest, HeldAgainAMessageHasWaitedSinceTheFirstHold) {
  const std::string id = SubmitOne(Held(1)).message_id();
  clock_.Advance(absl::Minutes(10));
  Publish(PutApproved("  - {id: look-at-gifts, basis: policy, code: "
                      "CONTENT_UNWANTED, action: hold, words: [好礼]}\n"),
          true);
  const admin::v1::RecheckProgress progress = Rechecked();
  EXPECT_EQ(progress.other_reasons(), 1u);
  EXPECT_EQ(progress.held(), 0u);
  ASSERT_EQ(Audit(id).events_size(), 1);
  for (int start = 0; start < 2; ++start) {
    admin::v1::ListHoldsResponse list;
    ASSERT_TRUE(admin::v1::HoldsService::NewStub(channel_)
                    ->ListHolds(As(officer_).get(), {}, &list)
                    .ok());
    ASSERT_EQ(list.messages_size(), 1);
    EXPECT_EQ(MillisOf(list.messages(0).hold_time()), kTenInTheMorningMs);
    admin::v1::GetHoldRequest get;
    get.set_message_id(id);
    admin::v1::HeldMessage held;
    ASSERT_TRUE(admin::v1::HoldsService::NewStub(channel_)
                    ->GetHold(As(officer_).get(), get, Into(&held))
                    .ok());
    EXPECT_EQ(MillisOf(held.hold_time()), kTenInTheMorningMs);
    EXPECT_EQ(MillisOf(held.expire_time()),
              MillisOf(list.messages(0).expire_time()));
    if (start == 0) Restart();
  }
}

TEST_F(RecheckTest, AtAPlannedTimeAndOnlyIfRequested) {
  const std::string id = SubmitOne(Commercial(Number(1))).message_id();
  Publish(PutApproved(kHoldFruit), /*recheck=*/false);
  EXPECT_EQ(Audit(id).state(), v1::MESSAGE_STATE_QUEUED);
  Publish(PutApproved(kRejectFruit), /*recheck=*/true,
          kTenInTheMorningMs + 60'000);
  EXPECT_EQ(Audit(id).state(), v1::MESSAGE_STATE_QUEUED);
  clock_.Advance(absl::Seconds(61));
  server_->Tick();
  EXPECT_EQ(Rechecked().rejected(), 1u);
  EXPECT_EQ(Audit(id).state(), v1::MESSAGE_STATE_REJECTED);
}

// Messages that arrive during the recheck are decided by either rule set, and
// no message is left with a decision of the old one.
TEST_F(RecheckTest, NoneSlipsThroughUnderTraffic) {
  const uint32_t number = PutApproved(kRejectFruit);
  ReleaseText(Commercial(Number(1)).text());
  std::atomic<bool> stop = false;
  std::atomic<int> next = 1;
  std::vector<std::vector<std::string>> accepted(3);
  std::vector<std::thread> senders;
  for (auto& ids : accepted) {
    senders.emplace_back([&] {
      while (!stop) {
        v1::SubmitRequest request;
        for (int i = 0; i < 20; ++i) {
          *request.add_messages() = Commercial(Number(next++));
        }
        v1::SubmitResponse response;
        if (!Submit(request, &response).ok()) continue;
        for (const v1::Verdict& verdict : response.verdicts()) {
          if (verdict.decision() == v1::DECISION_ACCEPTED) {
            ids.push_back(verdict.message_id());
          }
        }
      }
    });
  }
  EXPECT_TRUE(WaitFor("500 messages are on their way",
                      [&next] { return next >= 500; }));
  Publish(number, true);
  const admin::v1::RecheckProgress progress = Rechecked();
  stop = true;
  for (std::thread& sender : senders) sender.join();
  EXPECT_EQ(progress.fault(), "");
  size_t all = 0;
  for (const auto& ids : accepted) {
    for (const std::string& id : ids) {
      ASSERT_EQ(Audit(id).state(), v1::MESSAGE_STATE_REJECTED) << id;
      ++all;
    }
  }
  EXPECT_GT(all, 300u);
  EXPECT_EQ(progress.rejected(), all);
}

// The end of a recheck may be journaled after the publication that starts the
// next recheck. It does not end the next one.
TEST_F(RecheckTest, ARecheckThatHasNotEndedBeginsAgain) {
  SubmitOne(Commercial(Number(1)));  // About fruit.
  SubmitOne(Notice(Number(2)));
  const uint32_t first = PutApproved(kRejectFruit);
  Publish(first, true);
  Rechecked();
  const uint32_t second = PutApproved(kRejectGifts);
  Publish(second, true);
  Rechecked();
  channel_ = nullptr;
  server_ = nullptr;
  {
    store::StoreOptions options;
    options.path = config_.store().path();
    options.partitions = 2;
    const auto store = store::Store::Open(options, clock_, WorldSnapshot(),
                                          [](const std::string&) {});
    ASSERT_TRUE(store.ok()) << store.status();
    store::v1::Record published;
    std::vector<store::v1::Record> ends;
    ASSERT_TRUE((*store)
                    ->ReadControl([&](const store::v1::Record& record) {
                      if (record.has_rule_version_changed()) published = record;
                      if (record.has_recheck_ended()) ends.push_back(record);
                    })
                    .ok());
    ASSERT_EQ(ends.size(), 2u);
    const store::v1::RecheckEnded& end = ends[0].recheck_ended();
    EXPECT_EQ(end.number(), first);
    EXPECT_EQ(end.examined(), 2u);
    EXPECT_EQ(end.rejected(), 1u);
    EXPECT_EQ(end.accepted() + end.deferred() + end.held() +
                  end.other_reasons() + end.left(),
              0u);
    EXPECT_EQ(end.fault(), "");
    EXPECT_EQ(end.actor(), officer_.substr(4, 10));
    EXPECT_EQ(end.reason(), "case 118");
    EXPECT_EQ(ends[1].recheck_ended().number(), second);
    ASSERT_TRUE((*store)->AppendControl(published).ok());
    ASSERT_TRUE((*store)->AppendControl(ends[0]).ok());
  }
  const auto rechecks = [this] {
    admin::v1::RecheckProgress progress;
    EXPECT_TRUE(admin::v1::RulesService::NewStub(channel_)
                    ->GetRecheckStatus(As(officer_).get(), {}, Into(&progress))
                    .ok());
    return progress.number();
  };
  Start();
  ASSERT_EQ(rechecks(), second);
  Rechecked();
  Restart();
  EXPECT_EQ(rechecks(), 0u);
}

TEST_F(RecheckTest, MessagesRejectedByMistakeAreRedecided) {
  Publish(PutApproved(absl::StrCat(kRejectFruit, kRejectGifts)), false);
  v1::OutgoingMessage keyed = Commercial(Number(1));
  keyed.set_key("k1");
  const v1::Verdict refused = SubmitOne(keyed);
  ASSERT_EQ(refused.decision(), v1::DECISION_REJECTED);
  const std::string plain = SubmitOne(Commercial(Number(2))).message_id();
  // Rejected by another rule as well.
  v1::OutgoingMessage both = Commercial(Number(3));
  both.set_text("【云杉超市】水果好礼。拒收请回复R");
  ASSERT_EQ(SubmitOne(both).reasons_size(), 2);
  // An expired code.
  v1::OutgoingMessage code =
      Message(Number(4), v1::MESSAGE_CLASS_VERIFICATION,
              "【云杉超市】水果验证码482913，请勿告诉他人。");
  SetTimestamp(kTenInTheMorningMs + 60'000, *code.mutable_expire_at());
  ASSERT_EQ(SubmitOne(code).decision(), v1::DECISION_REJECTED);
  // A retried message: the last attempt counts.
  v1::OutgoingMessage retried = Commercial(Number(5));
  retried.set_key("k5");
  SubmitOne(retried);
  const std::string last = SubmitOne(retried).message_id();
  clock_.Advance(absl::Minutes(2));

  // The rule is still in force, so nothing changes.
  EXPECT_EQ(Rejudge(true).still_refused(), 3u);
  Publish(PutApproved(kRejectGifts), false);
  const admin::v1::RejudgeMessagesResponse counted = Rejudge(false);
  EXPECT_EQ(counted.refused(), 5u);
  EXPECT_EQ(counted.accepted(), 3u);
  EXPECT_EQ(counted.expired(), 1u);
  EXPECT_EQ(counted.superseded(), 1u);
  EXPECT_EQ(Audit(plain).state(), v1::MESSAGE_STATE_REJECTED);

  EXPECT_EQ(Rejudge(true).accepted(), 3u);
  for (const std::string& id : {refused.message_id(), plain, last}) {
    const admin::v1::MessageRecord record = Audit(id);
    EXPECT_EQ(record.state(), v1::MESSAGE_STATE_QUEUED);
    EXPECT_EQ(record.events(0).redecision(), admin::v1::REDECISION_REJUDGED);
  }
  const v1::Verdict again = SubmitOne(keyed);
  EXPECT_EQ(again.message_id(), refused.message_id());
  EXPECT_EQ(again.decision(), v1::DECISION_ACCEPTED);
  // A second call does nothing, also after a restart.
  EXPECT_EQ(Rejudge(true).accepted(), 0u);
  Restart();
  EXPECT_EQ(Rejudge(true).superseded(), 4u);
  // Messages older than max_age are not redecided.
  clock_.Advance(absl::Minutes(10));
  EXPECT_EQ(Rejudge(true).refused(), 0u);
}

TEST_F(RecheckTest, MessagesThatARecheckRejectedByMistakeToo) {
  const std::string id = SubmitOne(Commercial(Number(1))).message_id();
  Publish(PutApproved(kRejectFruit), true);
  ASSERT_EQ(Rechecked().rejected(), 1u);
  Publish(PutApproved(kRejectGifts), false);
  EXPECT_EQ(Rejudge(true).accepted(), 1u);
  EXPECT_EQ(Audit(id).state(), v1::MESSAGE_STATE_QUEUED);
  EXPECT_EQ(Audit(id).events_size(), 2);
}

// The reason that held a message does not count as another reason that rejected
// it.
TEST_F(RecheckTest, HeldMessagesThatARecheckRejectedAreHeldAgain) {
  v1::OutgoingMessage message = Held(1);
  message.set_text("【云杉超市】会员日回T领取水果一份。拒收请回复R");
  const std::string id = SubmitOne(message).message_id();
  ASSERT_EQ(Audit(id).state(), v1::MESSAGE_STATE_HELD);
  Publish(PutApproved(kRejectFruit), true);
  ASSERT_EQ(Rechecked().rejected(), 1u);
  // A message rejected at once, with both reasons, was never held.
  message.set_recipient(Number(2));
  SubmitOne(message);
  Publish(PutApproved(kRejectGifts), false);
  const admin::v1::RejudgeMessagesResponse response = Rejudge(true);
  EXPECT_EQ(response.refused(), 1u);
  EXPECT_EQ(response.held(), 1u);
  EXPECT_EQ(Audit(id).state(), v1::MESSAGE_STATE_HELD);
}

TEST_F(RecheckTest, ARejudgeThatMakesNoSenseIsRefused) {
  admin::v1::RejudgeMessagesResponse response;
  const auto code = [&](admin::v1::RejudgeMessagesRequest request) {
    return TryRejudge(request, &response).error_code();
  };
  admin::v1::RejudgeMessagesRequest request = AboutFruit(true);
  request.clear_rule();
  EXPECT_EQ(code(request), grpc::StatusCode::INVALID_ARGUMENT);
  request = AboutFruit(true);
  request.clear_start_time();
  EXPECT_EQ(code(request), grpc::StatusCode::INVALID_ARGUMENT);
  request = AboutFruit(true);
  request.mutable_max_age()->set_seconds(86'401);
  EXPECT_EQ(code(request), grpc::StatusCode::INVALID_ARGUMENT);
  request = AboutFruit(true);
  request.clear_reason();
  EXPECT_EQ(code(request), grpc::StatusCode::INVALID_ARGUMENT);
  // A rule that is not known is an error, not a result of 0 messages.
  request.set_apply(false);
  EXPECT_EQ(code(request), grpc::StatusCode::INVALID_ARGUMENT);
  Publish(PutApproved(kRejectFruit), false);
  EXPECT_EQ(code(request), grpc::StatusCode::OK);
  request.set_rule("no-friut");
  const grpc::Status unknown = TryRejudge(request, &response);
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(
      absl::StrContains(unknown.error_message(), "did you mean 'no-fruit'?"))
      << unknown.error_message();
}

// A pack with hold_hours.
TEST_F(RecheckTest, ThePacksHoldHoursEndTheWait) {
  const std::string held = SubmitOne(Held(1)).message_id();
  Publish(PutApproved("", "\nhold_hours: 1\n"), false);
  clock_.Advance(absl::Minutes(59));
  EXPECT_EQ(Audit(held).state(), v1::MESSAGE_STATE_HELD);
  clock_.Advance(absl::Minutes(2));
  EXPECT_TRUE(WaitFor("the message expires",
                      [&] { return Audit(held).events_size() > 0; }));
  EXPECT_EQ(Audit(held).state(), v1::MESSAGE_STATE_EXPIRED);
  EXPECT_EQ(Audit(held).events(0).reasons(0).rule(), "hold_hours");
}

}  // namespace
}  // namespace sluice::gateway
