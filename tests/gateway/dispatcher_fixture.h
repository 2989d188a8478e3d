#pragma once

// The dispatcher between a real store and a fake link, whose carrier answers as
// the test says.

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/dispatch/dispatcher.h"
#include "rules/base/mutex.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fakes/wait.h"
#include "tests/fakes/world.h"
#include "tests/store/all_records_of.h"

namespace sluice::gateway {

inline constexpr uint32_t kWindow = 4;

// Keeps its hand-overs until the test answers for the carrier.
class FakeLink final : public link::Link {
 public:
  explicit FakeLink(link::LinkOwner& owner) : owner_(owner) {}

  absl::string_view name() const override { return "fake"; }
  void Start() override {}
  void Send(std::vector<link::HandOver> hand_overs) override {
    std::function<void()> before;
    {
      MutexLock lock(mutex_);
      before = std::exchange(before_send_, nullptr);
    }
    if (before) before();
    MutexLock lock(mutex_);
    for (link::HandOver& one : hand_overs) sent_.push_back(std::move(one));
    ++sends_;
    changed_.NotifyAll();
  }
  // What the test has not taken has not been written.
  void GiveBackWaiting(absl::string_view access_number) override {
    std::vector<link::HandOverRef> back;
    {
      MutexLock lock(mutex_);
      std::erase_if(sent_, [&](const link::HandOver& one) {
        if (!access_number.empty() && one.access_number != access_number) {
          return false;
        }
        back.push_back(one.ref);
        return true;
      });
    }
    for (const link::HandOverRef ref : back) owner_.GivenBack(*this, ref);
  }
  void Stop(absl::Duration) override {
    owner_.StateChanged(*this, link::LinkState::kStopped, "stopped");
  }

  // Waits until `count` hand-overs are here, and takes all of them.
  std::vector<link::HandOver> TakeSent(size_t count) {
    MutexLock lock(mutex_);
    Await(count);
    return std::exchange(sent_, {});
  }
  // The same, and takes the first one only.
  link::HandOver TakeFirst(size_t count = 1) {
    MutexLock lock(mutex_);
    Await(count);
    if (sent_.empty()) return {};
    link::HandOver first = std::move(sent_.front());
    sent_.erase(sent_.begin());
    return first;
  }
  size_t waiting() {
    MutexLock lock(mutex_);
    return sent_.size();
  }
  // Calls of Send() that have come to their end.
  size_t sends() {
    MutexLock lock(mutex_);
    return sends_;
  }
  // Called by the next Send() before it does anything, on its thread.
  void BeforeSend(std::function<void()> call) {
    MutexLock lock(mutex_);
    before_send_ = std::move(call);
  }

 private:
  void Await(size_t count) SLUICE_REQUIRES(mutex_) {
    while (sent_.size() < count) {
      if (changed_.WaitFor(mutex_, std::chrono::seconds(20))) continue;
      ADD_FAILURE() << "only " << sent_.size() << " of " << count;
      return;
    }
  }

  link::LinkOwner& owner_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<link::HandOver> sent_ SLUICE_GUARDED_BY(mutex_);
  size_t sends_ SLUICE_GUARDED_BY(mutex_) = 0;
  std::function<void()> before_send_ SLUICE_GUARDED_BY(mutex_);
};

class DispatcherTest : public testing::Test {
 protected:
  void SetUp() override {
    store::StoreOptions options;
    options.path = folder_.path();
    options.partitions = partitions_;
    options.segment_bytes = 8 << 20;
    auto store = store::Store::Open(options, clock_, WorldSnapshot(),
                                    [](const std::string&) {});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    dispatcher_ = std::make_unique<Dispatcher>(*store_, clock_, metrics_);
    Dispatcher::Carriers carriers = {};
    carriers.fill(true);
    dispatcher_->Add(MakeLink(), carriers, kWindow);
    dispatcher_->Start();
  }
  // The link of the test; `link_` is null when it is another one.
  virtual std::unique_ptr<link::Link> MakeLink() {
    auto link = std::make_unique<FakeLink>(*dispatcher_);
    link_ = link.get();
    return link;
  }
  void TearDown() override {
    dispatcher_->Stop(absl::ZeroDuration());
    store_ = nullptr;
    dispatcher_ = nullptr;
  }

  void Up(uint32_t free) {
    dispatcher_->StateChanged(*link_, link::LinkState::kUp, "logged in");
    dispatcher_->FreeWindow(*link_, free);
  }

  // Accepts one notice to the nth number.
  store::MessageId Submit(int n, const std::string& more = "") {
    return SubmitText(n, "【云杉超市】您的订单已发出，请留意查收。" + more,
                      MessageClass::kNotice);
  }
  store::MessageId SubmitCommercial(int n) {
    return SubmitText(n, kCommercialText, MessageClass::kCommercial);
  }

  // Calls `at_done` on the thread that tells of what is durable.
  store::MessageId SubmitText(int n, const std::string& text,
                              MessageClass message_class,
                              const std::function<void()>& at_done = nullptr) {
    const std::string recipient = std::to_string(13'800'000'000 + n);
    filter::Message message;
    message.recipient = recipient;
    message.text = text;
    message.on_behalf_of = "shop";
    message.message_class = message_class;
    store::SubmitBatch batch;
    batch.snapshot = store_->snapshot();
    batch.account = AccountId{kAccountNumber};
    batch.messages = {message};
    batch.facts.resize(1);
    filter::ExamineScratch scratch;
    filter::Examine(*batch.snapshot, {batch.account}, message, store_->NowMs(),
                    scratch, batch.facts[0]);
    std::promise<absl::Status> done;
    batch.done = [&](absl::Status status) {
      if (at_done) at_done();
      done.set_value(status);
    };
    EXPECT_TRUE(store_->Submit(batch).ok());
    EXPECT_TRUE(done.get_future().get().ok());
    EXPECT_EQ(batch.answers[0].decision, v1::DECISION_ACCEPTED);
    return {batch.answers[0].partition, batch.answers[0].record};
  }

  void Answer(link::HandOverRef ref, link::Outcome outcome, uint32_t code,
              std::vector<std::string> ids) {
    link::Answer answer;
    answer.ref = ref;
    answer.outcome = outcome;
    answer.code = code;
    answer.message_ids = ids;
    dispatcher_->Written(*link_, ref);
    dispatcher_->Answered(*link_, answer);
    dispatcher_->EndOfRun(*link_);
  }

  // The nth number's newest durable record.
  store::v1::Record Newest(int n) {
    const Phone phone{8'613'800'000'000 + static_cast<uint64_t>(n)};
    store::v1::Record record;
    const auto found = store::AllRecordsOf(*store_, phone);
    EXPECT_TRUE(found.ok());
    if (!found->empty()) {
      EXPECT_TRUE(record.ParseFromString(found->front().bytes));
    }
    return record;
  }
  // Waits until it is `what`; returns it.
  store::v1::Record Await(int n, store::v1::Record::BodyCase what) {
    store::v1::Record record;
    EXPECT_TRUE(WaitFor("the newest record is what the test awaits", [&] {
      record = Newest(n);
      return record.body_case() == what;
    })) << record.ShortDebugString();
    return record;
  }

  int partitions_ = 2;
  TemporaryFolder folder_;
  FakeClock clock_{absl::FromUnixMillis(kTenInTheMorningMs)};
  Metrics metrics_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Dispatcher> dispatcher_;
  FakeLink* link_ = nullptr;
};

}  // namespace sluice::gateway
