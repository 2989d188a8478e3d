// Replies (MO): told apart, joined from parts, for the right content provider,
// and in the lists that people read.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "store/writer/reply_sender.h"
#include "store/writer/seen_replies.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

const Phone kAnna{8613800138000};

using v1::ReplyReceived;

CarrierReply ReplyOf(const std::string& text, const std::string& id = "1a") {
  CarrierReply reply;
  reply.recipient = kAnna;
  reply.sender = "13800138000";
  reply.link = "test";
  reply.access_number = "10690012";
  reply.text = text;
  reply.carrier_message_id = id;
  return reply;
}

CarrierReply PartOf(const std::string& text, uint32_t part, uint32_t parts,
                    const std::string& id = "1a") {
  CarrierReply reply = ReplyOf(text, id);
  reply.part = part;
  reply.parts = parts;
  reply.reference = 7;
  return reply;
}

class RepliesTest : public StoreTest {
 protected:
  absl::Status Receive(Store& store, CarrierReply reply) {
    auto done = std::make_shared<Promised<absl::Status>>();
    reply.done = [done](const absl::Status& status) { done->Set(status); };
    store.Replied(std::move(reply));
    return done->Get();
  }

  std::vector<ReplyReceived> List(Store& store, ReplyList list) {
    std::vector<ReplyReceived> replies;
    for (int p = 0; p < store.partitions(); ++p) {
      EXPECT_TRUE(store
                      .VisitReplies(p, list, {},
                                    [&](RecordRef, const v1::Record& record) {
                                      replies.push_back(record.reply());
                                      return true;
                                    })
                      .ok());
    }
    return replies;
  }

  ReplyReceived Newest(Store& store) {
    return List(store, ReplyList::kAll).front();
  }

  // Content providers that Anna has refused; 0: everybody's.
  std::vector<uint32_t> Refused(Store& store) {
    std::vector<uint32_t> refused;
    EXPECT_TRUE(
        store
            .VisitNewestFirst(kAnna, {}, MaskOf(RecordKind::kOptOut),
                              [&](RecordRef, const v1::Record& record) {
                                refused.push_back(
                                    record.opt_out_added().content_provider());
                                return true;
                              })
            .ok());
    std::sort(refused.begin(), refused.end());
    return refused;
  }

  // Submits a message of the shop and lets it leave.
  void Send(Store& store, const std::string& text = kCommercialText,
            MessageClass message_class = MessageClass::kCommercial) {
    const auto answers = SubmitAll(store, {{.recipient = "13800138000",
                                            .text = text,
                                            .message_class = message_class}});
    ASSERT_TRUE(answers.ok());
    const auto work = TakeAllWork(store);
    ASSERT_TRUE(work.ok());
    ASSERT_EQ(work->size(), 1u);
    LinkRun run;
    run.written = {work->front().message};
    store.Ran(0, std::move(run));
  }
};

TEST_F(RepliesTest, TwoRepliesWithOneIdAreTwo) {
  for (const std::string id : {"", "0", "0000000000000000", "1a"}) {
    SCOPED_TRACE(id);
    auto store = Open();
    ASSERT_TRUE(Receive(*store, ReplyOf("在吗", id)).ok());
    ASSERT_TRUE(Receive(*store, ReplyOf("TD", id)).ok());
    EXPECT_EQ(Newest(*store).text(), "TD");
    EXPECT_TRUE(Newest(*store).opted_out());
  }
}

TEST_F(RepliesTest, ARepeatedReplyIsRecordedOnce) {
  auto store = Open();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Receive(*store, ReplyOf("TD")).ok());
  }
  EXPECT_EQ(List(*store, ReplyList::kAll).size(), 1u);
}

// A carrier that gives every reply the same id: what comes an hour later is
// another reply, whatever it says.
TEST(SeenReplies, ForgetsAfterAnHour) {
  SeenReplies seen;
  EXPECT_TRUE(seen.Add(ReplyOf("TD"), 0));
  EXPECT_FALSE(seen.Add(ReplyOf("TD"), 3'599'999));
  EXPECT_TRUE(seen.Add(ReplyOf("TD"), 3'600'000));
  EXPECT_FALSE(seen.Add(ReplyOf("TD"), 3'600'001));
}

TEST_F(RepliesTest, PartsAreJoinedInAnyOrder) {
  std::vector<uint32_t> refused;
  for (const bool turned : {false, true}) {
    for (const std::string second_id : {"1a", "1b"}) {
      SCOPED_TRACE(second_id);
      auto store = Open();
      std::vector<CarrierReply> parts;
      parts.push_back(PartOf("退", 1, 2));
      parts.push_back(PartOf("订", 2, 2, second_id));
      if (turned) std::swap(parts[0], parts[1]);
      for (CarrierReply& part : parts) {
        ASSERT_TRUE(Receive(*store, std::move(part)).ok());
      }
      const ReplyReceived whole = Newest(*store);
      EXPECT_EQ(whole.text(), "退订");
      EXPECT_TRUE(whole.opted_out());
      EXPECT_EQ(whole.joined_size(), 1);
      refused.push_back(kShop);
      EXPECT_EQ(Refused(*store), refused);
    }
    clock_.Advance(absl::Hours(2));
  }
}

TEST_F(RepliesTest, PartsAreJoinedAcrossARestart) {
  auto store = Open();
  ASSERT_TRUE(Receive(*store, PartOf("请给", 1, 3)).ok());
  ASSERT_TRUE(Receive(*store, PartOf("退", 2, 3)).ok());
  store.reset();
  store = Open();
  ASSERT_TRUE(Receive(*store, PartOf("订", 3, 3)).ok());
  EXPECT_EQ(Newest(*store).text(), "请给退订");
  EXPECT_TRUE(Newest(*store).opted_out());
}

TEST_F(RepliesTest, PartsOfDifferentRepliesAreNotJoined) {
  auto store = Open();
  ASSERT_TRUE(Receive(*store, PartOf("退", 1, 2)).ok());
  clock_.Advance(absl::Minutes(61));
  ASSERT_TRUE(Receive(*store, PartOf("订", 2, 2)).ok());
  EXPECT_FALSE(Newest(*store).opted_out());
  CarrierReply other = PartOf("退", 1, 2);
  other.access_number = "10690022";
  ASSERT_TRUE(Receive(*store, std::move(other)).ok());
  EXPECT_FALSE(Newest(*store).opted_out());
}

TEST_F(RepliesTest, TheOctetsAsTheyCameAreKept) {
  auto store = Open();
  CarrierReply reply = ReplyOf("\xef\xbf\xbd");
  reply.raw = std::string("\xff\x00\xfe", 3);
  reply.coding = 246;
  ASSERT_TRUE(Receive(*store, std::move(reply)).ok());
  EXPECT_EQ(Newest(*store).raw(), std::string("\xff\x00\xfe", 3));
  EXPECT_EQ(Newest(*store).coding(), 246u);
}

TEST_F(RepliesTest, WithoutANumberItIsForAPerson) {
  auto store = Open(4);
  CarrierReply reply = ReplyOf("退订");
  reply.recipient = {};
  reply.sender = "10086";
  ASSERT_TRUE(Receive(*store, std::move(reply)).ok());
  const ReplyReceived listed = List(*store, ReplyList::kReview).front();
  EXPECT_EQ(listed.sender(), "10086");
  EXPECT_FALSE(listed.opted_out());
  EXPECT_EQ(List(*store, ReplyList::kUnclaimed).size(), 1u);
  store.reset();
  store = Open(4);
  EXPECT_EQ(List(*store, ReplyList::kReview).size(), 1u);
}

TEST_F(RepliesTest, ListsAreReadAfterAKillToo) {
  auto store = Open();
  ASSERT_TRUE(Receive(*store, ReplyOf("收到", "1")).ok());
  ASSERT_TRUE(Receive(*store, ReplyOf("R", "2")).ok());
  for (int restart = 0; restart < 2; ++restart) {
    const auto unclaimed = List(*store, ReplyList::kUnclaimed);
    ASSERT_EQ(unclaimed.size(), 1u);
    EXPECT_EQ(unclaimed[0].text(), "收到");
    EXPECT_EQ(List(*store, ReplyList::kAll).size(), 2u);
    store.reset();
    store = Open();
  }
}

TEST_F(RepliesTest, ARefusalAnswersTheNewestMessageThatLeft) {
  auto store = Open();
  Send(*store);
  const auto waits = SubmitAll(*store, {{.recipient = "13800138000"}});
  ASSERT_TRUE(waits.ok());
  ASSERT_TRUE(Receive(*store, ReplyOf("R")).ok());
  const ReplyReceived reply = Newest(*store);
  EXPECT_NE(reply.message(), 0u);
  EXPECT_NE(reply.message(), waits->front().record.value());
}

class CutNumberTest : public RepliesTest,
                      public testing::WithParamInterface<const char*> {};

TEST_P(CutNumberTest, RefusesThoseWhoSent) {
  auto store = Open();
  Send(*store);
  CarrierReply reply = ReplyOf("R");
  reply.access_number = GetParam();
  ASSERT_TRUE(Receive(*store, std::move(reply)).ok());
  EXPECT_EQ(Refused(*store), std::vector<uint32_t>{kShop});
  EXPECT_TRUE(Newest(*store).review());
}

INSTANTIATE_TEST_SUITE_P(All, CutNumberTest,
                         testing::Values("1069001", "106900", "10690"));

TEST_F(RepliesTest, AnUnknownAccessNumberRefusesEverybody) {
  auto store = Open();
  CarrierReply reply = ReplyOf("R");
  reply.access_number = "95588";
  ASSERT_TRUE(Receive(*store, std::move(reply)).ok());
  EXPECT_EQ(Refused(*store), std::vector<uint32_t>{0});
  EXPECT_TRUE(Newest(*store).review());
}

// The port went to the bank after the shop had sent from it.
TEST(ReplySender, IsWhoSentNotWhoOwnsThePortNow) {
  std::vector<v1::Party> parties = WorldParties();
  for (v1::Party& party : parties) {
    if (party.id() == "shop-ads") {
      party.mutable_port()->set_content_provider_id("bank");
    }
  }
  const auto registry = *filter::Registry::Build(parties);
  const Outbox outbox;
  constexpr int64_t kNow = kTenInTheMorningMs;
  const auto send = [](int64_t at_ms, uint32_t owner, uint64_t message) {
    return filter::Send{.at_ms = at_ms,
                        .message = message,
                        .content_provider = owner,
                        .port = 2,
                        .flags = filter::kSendCharged};
  };
  std::vector<filter::Send> sends = {send(kNow - 2000, kShop, 5)};
  ReplySender sender =
      SenderRepliedTo(*registry, "10690012", sends, outbox, kNow);
  EXPECT_EQ(sender.content_providers, std::vector<uint32_t>{kShop});
  EXPECT_FALSE(sender.doubtful);
  // Then the bank sent as well: the newest message is answered.
  sends.push_back(send(kNow - 1000, kBank, 6));
  sender = SenderRepliedTo(*registry, "1069001299", sends, outbox, kNow);
  EXPECT_EQ(sender.content_providers, std::vector<uint32_t>{kBank});
  EXPECT_EQ(sender.sends.front().message, 6u);
  EXPECT_TRUE(sender.doubtful);
  // Nobody has sent, or not in 30 days, or it came to nothing: the owner.
  sends[0].at_ms = kNow - absl::ToInt64Milliseconds(absl::Hours(24 * 31));
  sends[1].flags = filter::kSendCharged | filter::kSendFailed;
  sender = SenderRepliedTo(*registry, "10690012", sends, outbox, kNow);
  EXPECT_EQ(sender.content_providers, std::vector<uint32_t>{kBank});
  EXPECT_TRUE(sender.sends.empty());
}

// Sends of two content providers under one base: both, and a person looks.
TEST(ReplySender, OfACutAccessNumberAreAllWhoSent) {
  const auto registry = *filter::Registry::Build(WorldParties());
  std::vector<filter::Send> sends;
  for (const uint32_t port : {2u, 4u}) {
    sends.push_back({.at_ms = kTenInTheMorningMs - port,
                     .message = port,
                     .content_provider = port / 2,
                     .port = port,
                     .flags = filter::kSendCharged});
  }
  const ReplySender sender =
      SenderRepliedTo(*registry, "106900", sends, Outbox(), kTenInTheMorningMs);
  EXPECT_EQ(sender.content_providers, (std::vector<uint32_t>{kShop, kBank}));
  EXPECT_TRUE(sender.doubtful);
}

}  // namespace
}  // namespace sluice::store
