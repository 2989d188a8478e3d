// The events that an account sees of a journal's records: of parts, of whole
// messages, and replies to the content providers that it sends for.
#include "gateway/submit/watch_events.h"

#include <string>
#include <vector>

#include "gateway/wire/timestamp.h"
#include "tests/store/store_fixture.h"

namespace sluice::gateway {
namespace {

using store::CarrierAnswer;
using store::CarrierReport;
using store::Promised;

constexpr Phone kAnna = {8613800138000};
constexpr AccountId kSender = {kAccountNumber};
// May send for the shop and has never done so.
constexpr AccountId kService = {8};
// May send for the bank only.
constexpr AccountId kOther = {9};
constexpr int64_t kDoneMs = kTenInTheMorningMs + 60'000;

store::v1::Party Account(AccountId number, const std::string& provider) {
  store::v1::Party party;
  party.set_id("account-" + provider);
  party.set_number(number.value);
  party.mutable_account()->set_name("Another");
  party.mutable_account()->set_licensee_id("lic");
  party.mutable_account()->add_content_provider_ids(provider);
  return party;
}

class WatchEventsTest : public store::StoreTest {
 protected:
  void SetUp() override {
    store_ = Open();
    auto snapshot = std::make_shared<filter::Snapshot>(*store_->snapshot());
    std::vector<store::v1::Party> parties = WorldParties();
    parties.push_back(Account(kService, "shop"));
    parties.push_back(Account(kOther, "bank"));
    auto registry = filter::Registry::Build(parties);
    ASSERT_TRUE(registry.ok()) << registry.status();
    snapshot->registry = *std::move(registry);
    store_->Publish(snapshot);
  }

  std::vector<v1::WatchResponse> Shown(AccountId account) {
    WatchEvents events(*store_);
    std::vector<v1::WatchResponse> all;
    std::vector<v1::WatchResponse> some;
    const auto end =
        store_->Scan(0, {}, [&](store::RecordRef ref, absl::string_view bytes) {
          EXPECT_TRUE(events
                          .Read(0, ref, bytes, account,
                                filter::Language::kEnglish, some)
                          .ok());
          all.insert(all.end(), some.begin(), some.end());
          return true;
        });
    EXPECT_TRUE(end.ok()) << end.status();
    return all;
  }

  // Submits a message, and has the carrier accept it with `ids`.
  store::MessageId Sent(const std::string& text,
                        const std::vector<std::string>& ids) {
    const auto answers =
        SubmitAll(*store_, {{.recipient = "13800138000",
                             .text = text,
                             .message_class = MessageClass::kNotice,
                             .key = "order-1"}});
    EXPECT_EQ((*answers)[0].decision, v1::DECISION_ACCEPTED);
    const auto work = TakeAllWork(*store_);
    EXPECT_EQ(work->size(), 1u);
    const store::RecordRef message = (*work)[0].message;
    CarrierAnswer answer;
    answer.message = message;
    answer.recipient = kAnna;
    answer.state = v1::MESSAGE_STATE_TAKEN;
    answer.carrier_message_ids = ids;
    store_->Ran(0, {.written = {message}, .answers = {answer}});
    return {0, message};
  }

  void Report(const std::string& id, bool delivered) {
    CarrierReport report;
    report.recipient = kAnna;
    report.carrier_message_id = id;
    report.carrier_code = delivered ? "DELIVRD" : "UNDELIV";
    report.done_ms = kDoneMs;
    report.state =
        delivered ? v1::MESSAGE_STATE_DELIVERED : v1::MESSAGE_STATE_UNDELIVERED;
    auto done = std::make_shared<Promised<absl::Status>>();
    report.done = [done](absl::Status status) { done->Set(status); };
    store::LinkRun run;
    run.reports.push_back(std::move(report));
    store_->Ran(0, std::move(run));
    EXPECT_TRUE(done->Get().ok());
  }

  void Reply(const std::string& text, const std::string& id) {
    store::CarrierReply reply;
    reply.recipient = kAnna;
    reply.access_number = "10690011";
    reply.text = text;
    reply.carrier_message_id = id;
    auto done = std::make_shared<Promised<absl::Status>>();
    reply.done = [done](absl::Status status) { done->Set(status); };
    store_->Replied(std::move(reply));
    EXPECT_TRUE(done->Get().ok());
  }

  std::unique_ptr<store::Store> store_;
};

constexpr char kShort[] = "【云杉超市】您的订单已发出，请留意查收。";

std::string TwoParts() {
  std::string text = "【云杉超市】";
  for (int i = 0; i < 6; ++i) text += "您的订单已发出，请留意查收。";
  return text;
}

TEST_F(WatchEventsTest, AnOutcomeSaysWhatItIsAbout) {
  const store::MessageId id = Sent(kShort, {"1"});
  Report("1", true);
  const auto shown = Shown(kSender);
  ASSERT_EQ(shown.size(), 3u);  // HANDED_OVER, TAKEN, DELIVERED.
  const v1::Outcome& outcome = shown[2].outcome();
  EXPECT_EQ(outcome.message_id(), store::ToString(id));
  EXPECT_EQ(outcome.state(), v1::MESSAGE_STATE_DELIVERED);
  EXPECT_EQ(outcome.key(), "order-1");
  EXPECT_EQ(outcome.recipient(), "+8613800138000");
  EXPECT_EQ(outcome.content_provider_id(), "shop");
  EXPECT_EQ(outcome.parts(), 1u);
  EXPECT_EQ(MillisOf(outcome.done_time()), kDoneMs);
  EXPECT_TRUE(Shown(kService).empty());
}

TEST_F(WatchEventsTest, IsDeliveredWhenEveryPartIs) {
  Sent(TwoParts(), {"1", "2"});
  Report("2", true);
  auto shown = Shown(kSender);
  ASSERT_EQ(shown.size(), 3u);
  EXPECT_EQ(shown[2].part_outcome().part(), 2u);
  EXPECT_EQ(shown[2].part_outcome().parts(), 2u);
  EXPECT_EQ(shown[2].part_outcome().key(), "order-1");
  EXPECT_EQ(shown[2].part_outcome().state(), v1::MESSAGE_STATE_DELIVERED);
  EXPECT_EQ(MillisOf(shown[2].part_outcome().done_time()), kDoneMs);
  Report("1", true);
  shown = Shown(kSender);
  ASSERT_EQ(shown.size(), 5u);
  EXPECT_EQ(shown[3].part_outcome().part(), 1u);
  EXPECT_EQ(shown[4].outcome().state(), v1::MESSAGE_STATE_DELIVERED);
  EXPECT_EQ(shown[4].outcome().parts(), 2u);
}

TEST_F(WatchEventsTest, IsUndeliveredOnceWhenOnePartFails) {
  Sent(TwoParts(), {"1", "2"});
  Report("1", false);
  auto shown = Shown(kSender);
  ASSERT_EQ(shown.size(), 4u);
  EXPECT_EQ(shown[2].part_outcome().state(), v1::MESSAGE_STATE_UNDELIVERED);
  EXPECT_EQ(shown[3].outcome().state(), v1::MESSAGE_STATE_UNDELIVERED);
  Report("2", true);
  shown = Shown(kSender);
  ASSERT_EQ(shown.size(), 5u);
  EXPECT_EQ(shown[4].part_outcome().state(), v1::MESSAGE_STATE_DELIVERED);
}

TEST_F(WatchEventsTest, EveryAccountOfTheContentProviderReadsItsReplies) {
  const store::MessageId id = Sent(kShort, {"1"});
  Reply("查询积分", "mo-1");
  const auto sender = Shown(kSender);
  ASSERT_TRUE(sender.back().has_reply());
  const v1::Reply& reply = sender.back().reply();
  EXPECT_EQ(reply.text(), "查询积分");
  EXPECT_EQ(reply.reply_id().size(), 15u);
  EXPECT_EQ(reply.content_provider_id(), "shop");
  EXPECT_FALSE(reply.port_id().empty());
  EXPECT_EQ(reply.message_id(), store::ToString(id));
  EXPECT_FALSE(reply.opted_out());
  EXPECT_FALSE(reply.complaint());

  const auto service = Shown(kService);
  ASSERT_EQ(service.size(), 1u);
  EXPECT_EQ(service[0].reply().reply_id(), reply.reply_id());
  EXPECT_EQ(service[0].reply().message_id(), "");
  EXPECT_TRUE(Shown(kOther).empty());
}

TEST_F(WatchEventsTest, AReplyFromANumberThatWasNeverSentToIsRead) {
  Reply("查询积分", "mo-1");
  const auto shown = Shown(kService);
  ASSERT_EQ(shown.size(), 1u);
  EXPECT_EQ(shown[0].reply().message_id(), "");
}

TEST_F(WatchEventsTest, ARefusedMessageIsNotWhatAReplyAnswers) {
  const store::MessageId id = Sent(kShort, {"1"});
  const auto refused =
      SubmitAll(*store_, {{.recipient = "13800138000",
                           .text = "没有签名的短信",
                           .message_class = MessageClass::kNotice,
                           .key = "order-2"}});
  ASSERT_EQ((*refused)[0].decision, v1::DECISION_REJECTED);
  Reply("R", "mo-1");
  const auto shown = Shown(kSender);
  EXPECT_EQ(shown.back().reply().message_id(), store::ToString(id));
  EXPECT_TRUE(shown.back().reply().opted_out());
}

}  // namespace
}  // namespace sluice::gateway
