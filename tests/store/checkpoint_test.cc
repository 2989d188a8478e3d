#include "store/partition/checkpoint.h"

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/fakes/world.h"

namespace sluice::store {
namespace {

using filter::Send;
using filter::StandingFact;

constexpr uint32_t kBucket = 5;

std::vector<Phone> NumbersOfBucket(size_t count) {
  std::vector<Phone> numbers;
  for (uint64_t e164 = 8613000000000; numbers.size() < count; ++e164) {
    if (BucketOf(Phone{e164}) == kBucket) numbers.push_back(Phone{e164});
  }
  return numbers;
}

// A bucket, and its parts as the views would have them.
class CheckpointTest : public testing::Test {
 protected:
  void AddSend(Phone number, uint64_t message) {
    state_->changed.Add(number);
    state_->recipients.AddSend(
        number, {.at_ms = 1, .message = message, .message_class = {}});
  }

  BucketSave Take() {
    BucketSave save;
    save.bucket = kBucket;
    state_->Take(save);
    return save;
  }

  void Saved(bool ok, BucketSave save) {
    if (ok && !save.content.empty()) {
      for (uint32_t part = save.replaces; part < save.part; ++part) {
        parts_.erase(part);
      }
      parts_[save.part] = save.content;
    }
    auto saves = std::make_shared<BucketSaves>();
    saves->push_back(std::move(save));
    state_->idle.Saving(saves);
    state_->Saved(ok, {});
  }

  std::unique_ptr<PartitionState> Reloaded() const {
    auto state = std::make_unique<PartitionState>();
    SavedMessages messages;
    for (const auto& [number, part] : parts_) {
      const absl::Status status = DecodePart(kBucket, part, *state, messages);
      EXPECT_TRUE(status.ok()) << status;
    }
    PutMessages(std::move(messages), *state);
    return state;
  }

  // The whole state of the bucket, in a fixed order.
  static std::string Everything(const PartitionState& state) {
    std::map<Phone, std::string> numbers;
    state.recipients.ForEach(
        kBucket, [&](Phone number, const filter::RecipientState& known) {
          std::map<uint64_t, std::string> items;
          for (const Send& send : known.sends) {
            const LiveMessage* const live = state.outbox.Find(send.message);
            items[send.message] =
                live == nullptr
                    ? " send"
                    : " live " + sluice::v1::MessageState_Name(live->state);
          }
          for (const StandingFact& fact : known.facts) {
            items[fact.record] = " fact";
          }
          for (const auto& [id, what] : items) {
            numbers[number] += what + " " + std::to_string(id);
          }
        });
    std::string all;
    for (const auto& [number, known] : numbers) {
      all += std::to_string(number.e164) + known + "\n";
    }
    return all;
  }

  std::unique_ptr<PartitionState> state_ = std::make_unique<PartitionState>();
  std::map<uint32_t, std::string> parts_;
};

// The size of a save does not grow with the state.
TEST_F(CheckpointTest, OnlyWhatChangedIsSaved) {
  const std::vector<Phone> numbers = NumbersOfBucket(5'000);
  for (const Phone number : numbers) AddSend(number, number.e164);
  Saved(true, Take());
  const size_t whole = parts_[0].size();
  EXPECT_GT(whole, numbers.size() * sizeof(Send));
  AddSend(numbers[0], 1);
  AddSend(numbers[0], 2);
  BucketSave save = Take();
  EXPECT_EQ(save.changed, std::vector<Phone>{numbers[0]});
  EXPECT_LT(save.content.size(), 4 * sizeof(Send) + 64);
  Saved(true, std::move(save));
  EXPECT_TRUE(Take().content.empty());  // Nothing has changed since.
  EXPECT_EQ(Everything(*Reloaded()), Everything(*state_));

  // All writes together are a few times the changes, and a start reads less
  // than twice the state.
  size_t written = 0;
  size_t changed = 0;
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 100; ++i) {
      const Phone number = numbers[random() % numbers.size()];
      state_->changed.Add(number);
      state_->recipients.FindSend(number, number.e164)->at_ms = round + 2;
    }
    save = Take();
    written += save.content.size();
    changed += save.changed.size() * (sizeof(Send) + 14);
    Saved(true, std::move(save));
    size_t read = 0;
    for (const auto& [part, content] : parts_) read += content.size();
    ASSERT_LT(read, 2 * whole);
  }
  EXPECT_LT(written, 5 * changed);
  EXPECT_EQ(Everything(*Reloaded()), Everything(*state_));
}

// Random effects, and saves that succeed or fail: after each save, reading it
// back gives the state of the last save that succeeded.
class RandomCheckpointTest : public CheckpointTest {
 protected:
  void RandomEffect(Phone number) {
    const auto sends = state_->recipients.Find(number).sends;
    const auto facts = state_->recipients.Find(number).facts;
    LiveMessage* const live =
        sends.empty() ? nullptr : state_->outbox.Find(sends[0].message);
    switch (random_() % 5) {
      case 0:
        return Decide(number);
      case 1:
        return state_->OptOutAdded(next_++, number, {}, 1);
      case 2:
        if (!facts.empty()) {
          store::v1::OptOutRemoved removed;
          removed.add_removed(facts[0].record);
          state_->OptOutRemoved(number, removed);
        }
        return;
      case 3:
        if (live != nullptr) MoveOn(*live);
        return;
      case 4:
        if (!sends.empty() && live == nullptr) {
          state_->changed.Add(number);
          state_->recipients.RemoveSend(number, sends[0].message);
        }
        return;
    }
  }

  std::mt19937 random_{7};

 private:
  void Decide(Phone number) {
    LiveMessage live;
    live.message = next_;
    live.about.recipient = number;
    live.parts = 1;
    live.state = sluice::v1::MESSAGE_STATE_QUEUED;
    state_->Decided(number, {.at_ms = 1, .message = next_, .key = 1}, &live, 0,
                    1);
    ++next_;
  }

  void MoveOn(LiveMessage& live) {
    if (live.state == sluice::v1::MESSAGE_STATE_QUEUED) {
      state_->HandedOver(live, "link", 1);
    } else {
      state_->Ended(live, sluice::v1::MESSAGE_STATE_EXPIRED, true);
    }
  }

  uint64_t next_ = 1;
};

TEST_F(RandomCheckpointTest, PartsTogetherAreTheState) {
  const std::vector<Phone> numbers = NumbersOfBucket(40);
  size_t replaced = 0;
  std::string last;
  for (int round = 0; round < 3'000; ++round) {
    for (int i = 0; i < 5; ++i) {
      RandomEffect(numbers[random_() % numbers.size()]);
    }
    BucketSave save = Take();
    const bool ok = random_() % 4 != 0;
    if (ok) last = Everything(*state_);
    replaced += save.whole ? 1 : 0;
    Saved(ok, std::move(save));
    if (round % 8 == 0) {
      ASSERT_EQ(Everything(*Reloaded()), last) << round;
    }
  }
  EXPECT_GT(replaced, 20u);
  EXPECT_GT(parts_.begin()->first, 0u);
}

// A replay can apply more sends than the ledger ever had at once.
TEST_F(CheckpointTest, AMessageUnderWayIsSavedHoweverFullTheLedger) {
  const Phone number = NumbersOfBucket(1)[0];
  constexpr uint64_t kMany = kSendsPerRecipientMax + 5;
  for (uint64_t message = 1; message <= kMany; ++message) {
    LiveMessage live;
    live.message = message;
    live.about.recipient = number;
    const Send send = {.at_ms = 1, .message = message, .key = message};
    state_->Decided(number, send, &live, 0, 1);
  }
  // A rejected message needs no entry in a full ledger.
  const Send rejected = {.at_ms = 1, .message = kMany + 1, .key = kMany + 1};
  state_->Decided(number, rejected, nullptr, 0, 1);
  EXPECT_EQ(state_->recipients.Find(number).sends.size(), kMany);
  Saved(true, Take());
  EXPECT_EQ(Reloaded()->outbox.size(), kMany);
}

TEST_F(CheckpointTest, DamageIsRefused) {
  for (const Phone number : NumbersOfBucket(3)) AddSend(number, number.e164);
  BucketSave save;
  save.bucket = kBucket;
  PartitionState state;
  SavedMessages messages;
  for (const bool whole : {false, true}) {
    save.whole = whole;
    if (!whole) save.changed = NumbersOfBucket(3);
    const std::string part = EncodePart(save, *state_);
    for (size_t size = 0; size < part.size(); ++size) {
      EXPECT_EQ(
          DecodePart(kBucket, part.substr(0, size), state, messages).code(),
          absl::StatusCode::kDataLoss)
          << size;
    }
  }
  EXPECT_FALSE(DecodeBucketPartKey("1234567").ok());
  EXPECT_FALSE(DecodeBucketPartKey(BucketPartKey(kBuckets, 0)).ok());
  EXPECT_FALSE(DecodeBucketPartKey(BucketPartKey(0, 0) + "x").ok());
}

}  // namespace
}  // namespace sluice::store
