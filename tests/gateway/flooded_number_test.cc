// A number with more records than anybody wants to read: 60,000 refused
// messages of 3,000 accounts, recorded singly. (SLUICE_FLOOD: how many.) Every
// read about the number works, reads little more than it shows, and ends when
// it is told to.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gateway/admin/audit_search.h"
#include "gateway/admin/number_opt_outs.h"
#include "gateway/redecide/current_decision.h"
#include "gateway/submit/own_messages.h"
#include "tests/store/store_fixture.h"

namespace sluice::gateway {
namespace {

using store::Answer;
using store::Store;

constexpr char kNumber[] = "13800138000";
const Phone kAnna{8613800138000};
constexpr auto kLanguage = filter::Language::kEnglish;

class FloodedNumberTest : public store::StoreTest {
 protected:
  void SetUp() override {
    store_ = Open();
    first_ = Code("first");
    ASSERT_TRUE(store::OptOutOf(*store_, kAnna, kShop).ok());
    Flood(store::FromEnvironment("SLUICE_FLOOD", 60'000));
    ASSERT_TRUE(store::TakeAllWork(*store_).ok());  // An event of the first.
    clock_.Advance(absl::Minutes(2));
    last_ = Code("last");
  }

  store::MessageId Code(const std::string& key) {
    const auto answers = store::SubmitAll(
        *store_, {{.recipient = kNumber,
                   .text = kCodeText,
                   .message_class = MessageClass::kVerification,
                   .key = key}});
    EXPECT_TRUE(answers.ok()) << answers.status();
    EXPECT_EQ(answers->front().decision, v1::DECISION_ACCEPTED);
    return {answers->front().partition, answers->front().record};
  }

  // Refused messages of many accounts, which are all recorded singly.
  void Flood(uint64_t count) {
    constexpr uint32_t kOfAccount = 20;
    filter::ExamineScratch scratch;
    for (uint32_t account = 1000; count > 0; ++account) {
      store::SubmitBatch batch;
      batch.snapshot = store_->snapshot();
      batch.account = {account};
      filter::Message message;
      message.recipient = kNumber;
      message.text = "no signature";
      message.message_class = MessageClass::kNotice;
      batch.messages.resize(std::min<uint64_t>(count, kOfAccount), message);
      batch.facts.resize(batch.messages.size());
      for (filter::MessageFacts& facts : batch.facts) {
        filter::Examine(*batch.snapshot, {AccountId{kAccountNumber}}, message,
                        store_->NowMs(), scratch, facts);
        facts.account = {account};
      }
      store::Promised<absl::Status> done;
      batch.done = [&done](absl::Status status) { done.Set(status); };
      ASSERT_TRUE(store_->Submit(batch).ok());
      ASSERT_TRUE(done.Get().ok());
      for (const Answer& answer : batch.answers) {
        ASSERT_EQ(answer.decision, v1::DECISION_REJECTED);
        ASSERT_NE(answer.record, store::RecordRef());
      }
      count -= batch.messages.size();
    }
  }

  void ExpectReadable();
  void ExpectStoppable();

  std::unique_ptr<Store> store_;
  store::MessageId first_;
  store::MessageId last_;
};

// Prints how long a read took.
class Timed {
 public:
  explicit Timed(const char* what) : what_(what) {}
  ~Timed() {
    std::printf("%s: %.1f ms\n", what_,
                absl::ToDoubleMilliseconds(absl::Now() - began_));
  }

 private:
  const char* const what_;
  const absl::Time began_ = absl::Now();
};

void FloodedNumberTest::ExpectReadable() {
  {
    const Timed timed("GetMessage of a sender");
    const auto shown = ShowOwnMessage(*store_, first_, kLanguage);
    ASSERT_TRUE(shown.ok()) << shown.status();
    EXPECT_EQ(shown->state(), v1::MESSAGE_STATE_HANDED_OVER);
  }
  v1::MessageName name;
  name.set_key("last");
  name.set_recipient(kNumber);
  const auto found =
      FindOwnMessage(*store_, AccountId{kAccountNumber}, name, "message");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->record, last_.record);
  {
    const Timed timed("GetMessage by an unknown key");
    name.set_key("unknown");
    EXPECT_TRUE(absl::IsNotFound(
        FindOwnMessage(*store_, AccountId{kAccountNumber}, name, "message")
            .status()));
  }
  {
    const Timed timed("FindCurrentDecision");
    const auto current = FindCurrentDecision(*store_, first_);
    ASSERT_TRUE(current.ok()) << current.status();
    EXPECT_EQ(current->state, v1::MESSAGE_STATE_HANDED_OVER);
  }
  {
    const Timed timed("opt-outs");
    const auto in_force = OptOutsInForce(*store_, kAnna, kLanguage);
    ASSERT_TRUE(in_force.ok()) << in_force.status();
    EXPECT_EQ(in_force->size(), 1u);
  }
  Search search;
  search.recipient = kAnna;
  search.from_ms = kTenInTheMorningMs - 1000;
  search.until_ms = kTenInTheMorningMs + 3'600'000;
  search.decision = v1::DECISION_ACCEPTED;
  search.page_size = 100;
  std::vector<std::string> ids;
  {
    const Timed timed("audit search");
    do {
      const auto page = RunSearch(*store_, search, kLanguage);
      ASSERT_TRUE(page.ok()) << page.status();
      for (const auto& message : page->messages()) {
        ids.push_back(message.message_id());
      }
      search.page_token = page->next_page_token();
    } while (!search.page_token.empty());
  }
  EXPECT_EQ(ids, (std::vector<std::string>{ToString(first_), ToString(last_)}));
}

// Every read that goes through the number's records ends soon after it is told
// to.
void FloodedNumberTest::ExpectStoppable() {
  size_t asked = 0;
  const StopAsked stop = [&asked] { return ++asked > 3; };
  Search search;
  search.recipient = kAnna;
  search.until_ms = kTenInTheMorningMs + 3'600'000;
  search.decision = v1::DECISION_HELD;
  search.page_size = 100;
  EXPECT_TRUE(
      absl::IsCancelled(RunSearch(*store_, search, kLanguage, stop).status()));
  EXPECT_EQ(asked, 4u);
  asked = 0;
  search.recipient = Phone();
  EXPECT_TRUE(
      absl::IsCancelled(RunSearch(*store_, search, kLanguage, stop).status()));
  EXPECT_EQ(asked, 4u);
  asked = 0;
  size_t visited = 0;
  EXPECT_TRUE(absl::IsCancelled(store_->VisitNewestFirst(
      kAnna, {}, store::kAllKinds,
      [&visited](store::RecordRef, const store::v1::Record&) {
        return ++visited < 10'000;
      },
      stop)));
  EXPECT_EQ(asked, 4u);
  EXPECT_LT(visited, 1000u);
  const StopAsked at_once = [] { return true; };
  EXPECT_TRUE(absl::IsCancelled(
      FindCurrentDecision(*store_, first_, at_once).status()));
  EXPECT_TRUE(absl::IsCancelled(
      OptOutsInForce(*store_, kAnna, kLanguage, at_once).status()));
  EXPECT_TRUE(absl::IsCancelled(
      ShowOwnMessage(*store_, first_, kLanguage, at_once).status()));
}

TEST_F(FloodedNumberTest, CanBeRead) {
  ExpectReadable();
  ExpectStoppable();
  // The same from the index on disk.
  store_.reset();
  store_ = Open();
  const auto current = FindCurrentDecision(*store_, last_);
  ASSERT_TRUE(current.ok()) << current.status();
  EXPECT_EQ(current->state, v1::MESSAGE_STATE_QUEUED);
}

}  // namespace
}  // namespace sluice::gateway
