#pragma once

// The dispatcher between a real store and a fake link, whose carrier answers as
// the test says.

#include <gtest/gtest.h>

#include <chrono>
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

namespace sluice::gateway {

inline constexpr uint32_t kWindow = 4;

// Keeps its hand-overs until the test answers for the carrier.
class FakeLink final : public link::Link {
 public:
  explicit FakeLink(link::LinkOwner& owner) : owner_(owner) {}

  absl::string_view name() const override { return "fake"; }
  void Start() override {}
  void Send(std::vector<link::HandOver> hand_overs) override {
    MutexLock lock(mutex_);
    for (link::HandOver& one : hand_overs) sent_.push_back(std::move(one));
    changed_.NotifyAll();
  }
  void Stop(absl::Duration) override {
    owner_.StateChanged(*this, link::LinkState::kStopped, "stopped");
  }

  // Waits until `count` hand-overs are here, and takes them.
  std::vector<link::HandOver> TakeSent(size_t count) {
    MutexLock lock(mutex_);
    while (sent_.size() < count) {
      if (!changed_.WaitFor(mutex_, std::chrono::seconds(20))) {
        ADD_FAILURE() << "only " << sent_.size() << " of " << count;
        break;
      }
    }
    return std::exchange(sent_, {});
  }
  size_t waiting() {
    MutexLock lock(mutex_);
    return sent_.size();
  }

 private:
  link::LinkOwner& owner_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<link::HandOver> sent_ SLUICE_GUARDED_BY(mutex_);
};

class DispatcherTest : public testing::Test {
 protected:
  void SetUp() override {
    store::StoreOptions options;
    options.path = folder_.path();
    options.partitions = 2;
    options.segment_bytes = 8 << 20;
    auto store = store::Store::Open(options, clock_, WorldSnapshot(),
                                    [](const std::string&) {});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    dispatcher_ = std::make_unique<Dispatcher>(*store_, clock_, metrics_);
    auto link = std::make_unique<FakeLink>(*dispatcher_);
    link_ = link.get();
    Dispatcher::Carriers carriers = {};
    carriers.fill(true);
    dispatcher_->Add(std::move(link), carriers, kWindow);
    dispatcher_->Start();
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

  store::MessageId SubmitText(int n, const std::string& text,
                              MessageClass message_class) {
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
    batch.done = [&](absl::Status status) { done.set_value(status); };
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

  // Waits until the nth number's newest record is `what`; returns it.
  store::v1::Record Await(int n, store::v1::Record::BodyCase what) {
    const Phone phone{8'613'800'000'000 + static_cast<uint64_t>(n)};
    store::v1::Record record;
    EXPECT_TRUE(WaitFor("the newest record is what the test awaits", [&] {
      const auto found = store_->RecordsOf(phone, {}, 1);
      EXPECT_TRUE(found.ok());
      return !found->empty() && record.ParseFromString(found->front().bytes) &&
             record.body_case() == what;
    })) << record.ShortDebugString();
    return record;
  }

  TemporaryFolder folder_;
  FakeClock clock_{absl::FromUnixMillis(kTenInTheMorningMs)};
  Metrics metrics_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Dispatcher> dispatcher_;
  FakeLink* link_ = nullptr;
};

}  // namespace sluice::gateway
