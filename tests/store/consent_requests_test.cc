// A request for consent is sent to a number once, and neither it nor a similar
// one again, even after a restart; a request that was never sent does not
// count.

#include <gtest/gtest.h>

#include "tests/store/redecide.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

class ConsentRequestsTest : public StoreTest {
 protected:
  static constexpr char kAsk[] =
      "【云杉超市】云杉超市希望每周向您发送一次水果优惠信息，为期一年，"
      "如同意请回复Y，不回复即视为不同意。";
  static constexpr char kAskAgain[] =
      "【云杉超市】云杉超市希望每周向您发送一次水果优惠信息，为期2年，"
      "如同意请回复Y，不回复即视为不同意。";
  static constexpr char kAskOther[] =
      "【云杉超市】我们新开了亲子课堂，想按月把课程表发到您的手机上，"
      "有效期半年。愿意收到的话请回Y，没有答复就不发。";

  static Outgoing Ask(const std::string& text,
                      const std::string& recipient = "13800138000") {
    Outgoing message;
    message.recipient = recipient;
    message.text = text;
    message.message_class = MessageClass::kConsentRequest;
    return message;
  }

  // The decision, and its primary reason.
  static std::string Decision(Store& store, const Outgoing& message) {
    const auto answers = SubmitAll(store, {message});
    EXPECT_TRUE(answers.ok()) << answers.status();
    std::string text =
        sluice::v1::Decision_Name((*answers)[0].decision).substr(9);
    for (const filter::Finding& finding : (*answers)[0].findings) {
      if (!finding.observed) {
        return absl::StrCat(text, " ", filter::Name(finding.code));
      }
    }
    return text;
  }
};

constexpr char kRepeated[] = "REJECTED CONSENT_REQUEST_REPEATED";

TEST_F(ConsentRequestsTest, TheSameAndTheSimilarGoOnce) {
  auto store = Open();
  EXPECT_EQ(Decision(*store, Ask(kAsk)), "ACCEPTED");
  const auto work = TakeAllWork(*store);
  ASSERT_TRUE(work.ok()) << work.status();
  ASSERT_EQ(work->size(), 1u);
  LinkRun gone;
  gone.written = {(*work)[0].message};
  gone.answers.push_back({.message = (*work)[0].message,
                          .recipient = (*work)[0].recipient,
                          .link = "test",
                          .state = sluice::v1::MESSAGE_STATE_TAKEN,
                          .carrier_message_ids = {"1"}});
  store->Ran(0, std::move(gone));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Decision(*store, Ask(kAsk)), kRepeated);
    EXPECT_EQ(Decision(*store, Ask(kAskAgain)), kRepeated);
    // State from the journal, then from the views; long after any limit lapsed.
    store.reset();
    clock_.Advance(absl::Hours(24 * 40));
    store = Open();
    ASSERT_TRUE(store->AcceptClock("key", "a test").ok());
  }
  EXPECT_EQ(Decision(*store, Ask(kAskOther)), "ACCEPTED");
  EXPECT_EQ(Decision(*store, Ask(kAsk, "13800138001")), "ACCEPTED");
}

TEST_F(ConsentRequestsTest, OneThatWaitsCountsAndOneThatNeverWentDoesNot) {
  auto store = Open();
  clock_.Advance(absl::Hours(12));  // The send hours are over.
  EXPECT_EQ(Decision(*store, Ask(kAsk)), "DEFERRED SEND_HOURS");
  EXPECT_EQ(Decision(*store, Ask(kAsk)), kRepeated);
  // An opt-out cancels the request, and is then reversed.
  const Phone anna{8613800138000};
  ASSERT_TRUE(OptOutOf(*store, anna, kShop).ok());
  auto removed =
      std::make_shared<Promised<absl::StatusOr<std::vector<RecordRef>>>>();
  store->RemoveOptOut(OptOutEntryOf(anna, kShop), "form 7", store->NowMs() + 1,
                      [removed](absl::StatusOr<std::vector<RecordRef>> done) {
                        removed->Set(std::move(done));
                      });
  ASSERT_TRUE(removed->Get().ok());
  store.reset();
  store = Open();
  EXPECT_EQ(Decision(*store, Ask(kAsk)), "DEFERRED SEND_HOURS");
  EXPECT_EQ(Decision(*store, Ask(kAsk)), kRepeated);
}

TEST_F(ConsentRequestsTest, ARedecidedOneCountsByTheJournalToo) {
  auto store = Open();
  Outgoing later = Ask(kAsk);
  later.send_after_ms = kTenInTheMorningMs + 3'600'000;
  EXPECT_EQ(Decision(*store, later), "DEFERRED");
  // RedecideAll() ignores the planned time: the request is due at once.
  const auto results =
      RedecideAll(*store, AllWaiting(*store),
                  {.cause = store::v1::Redecided::CAUSE_RECHECKED});
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ((*results)[0].decision, sluice::v1::DECISION_ACCEPTED);
  EXPECT_EQ(Decision(*store, Ask(kAskAgain)), kRepeated);
  store.reset();
  std::filesystem::remove_all(folder_.path() + "/data/partition-000/views");
  store = Open();
  EXPECT_EQ(Decision(*store, Ask(kAsk)), kRepeated);
  EXPECT_EQ(Decision(*store, Ask(kAskAgain)), kRepeated);
}

}  // namespace
}  // namespace sluice::store
